// STM32U575 on its Nucleo, TrustZone off: USART1 is the ST-LINK's port.
#define UART_BASE 0x40013800u
#define UART_IRQ 61
#define UART_NAME "USART1"
#define TIM2_IRQ 45
#define TIM2_HZ 160000000u
#define CLOCK_HZ 160000000u
#define RCC_BASE 0x46020C00u
#define FLASH_BASE 0x40022000u
#define PWR_BASE 0x46020800u
#define DMA1_BASE 0x40020000u
#define GPIO_BASE 0x42020000u
#define EXTI_IRQ 16  // EXTI5
#define DMA_IRQ 29
#define AUDIO_DMA_IRQ 30
#define AUDIO_NAME "MDF"
