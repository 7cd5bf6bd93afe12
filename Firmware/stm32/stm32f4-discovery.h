// STM32F407 on its discovery board: USART2 at PA2 and PA3, of the first kind.
#define UART_BASE 0x40004400u
#define UART_IRQ 38
#define UART_NAME "USART2"
#define UART_IS_FIRST 1
#define TIM2_IRQ 28
#define TIM2_HZ 84000000u
#define CLOCK_HZ 168000000u
#define RCC_BASE 0x40023800u
#define FLASH_BASE 0x40023C00u
#define PWR_BASE 0x40007000u
#define DMA1_BASE 0x40026000u
#define GPIO_BASE 0x40020000u
#define EXTI_IRQ 23
#define DMA_IRQ 11
#define AUDIO_DMA_IRQ 14
#define AUDIO_NAME "I2S"
