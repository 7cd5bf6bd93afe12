// STM32G0B1 on its Nucleo: USART2 is the ST-LINK's port.
#define UART_BASE 0x40004400u
#define UART_IRQ 28
#define UART_NAME "USART2"
#define TIM2_IRQ 15
#define TIM2_HZ 64000000u
#define CLOCK_HZ 64000000u
#define RCC_BASE 0x40021000u
#define FLASH_BASE 0x40022000u
#define PWR_BASE 0x40007000u
#define DMA1_BASE 0x40020000u
#define GPIO_BASE 0x50000000u
#define EXTI_IRQ 7
#define DMA_IRQ 9
#define BUTTON_IRQ 7  // EXTI4_15, as EXTI_IRQ
#define BUTTON_Handler EXTI_Handler
