/* The interrupt-driven loop: a sample's arrival runs the whole way to a decision, the rest of the
 * time the core sleeps. RUN_IN says how far the interrupt itself goes. */
#include "audio.h"
#include "board.h"
#include "imu.h"
#include "microphone.h"
#include "nrf52840.h"
#include "pipeline.h"

void SPIM0_SPIS0_TWIM0_TWIS0_SPI0_TWI0_IRQHandler(void);
void PendSV_Handler(void);

STAGE void read_imu_mic(sensor_buffer_t *buffer) {
  imu_sample(buffer->acceleration, buffer->rate);
  for (int band = 0; band < BAND_COUNT; ++band) buffer->bands[band] = audio_energies[band];
}

STAGE void trigger_event(int prediction, int confidence) {
  if (LED_PIN < 0) return;
  const int lit = prediction != 0 && confidence >= CONFIDENCE_PERCENT;
  if (lit != LED_ACTIVE_LOW)
    GPIO_OUTSET(LED_PIN) = GPIO_BIT(LED_PIN);
  else
    GPIO_OUTCLR(LED_PIN) = GPIO_BIT(LED_PIN);
}

#if RUN_IN == RUN_IN_ISR

static sensor_buffer_t sensor_buffer;

STAGE void isr_sensor_update(void) {
  read_imu_mic(&sensor_buffer);
  run_pipeline(&sensor_buffer);
}

#else

/* Samples on their way out of the interrupt; a full queue drops the newest. */
#define QUEUE 4
static sensor_buffer_t queue[QUEUE];
static volatile unsigned queued, consumed;

STAGE void isr_sensor_update(void) {
  if (queued - consumed == QUEUE) return;
  read_imu_mic(&queue[queued % QUEUE]);
  ++queued;
#if RUN_IN == RUN_IN_PENDSV
  SCB_ICSR = SCB_ICSR_PENDSVSET;
#endif
}

static void run_queued(void) {
  while (consumed != queued) {
    run_pipeline(&queue[consumed % QUEUE]);
    ++consumed;
  }
}

#endif

#if RUN_IN == RUN_IN_PENDSV

void PendSV_Handler(void) { run_queued(); }

#endif

#if RUN_IN == RUN_IN_MAIN

/* A sample that comes between the test and the WFI still ends it: its interrupt is pending. */
STAGE void low_power_mode(void) {
  __asm volatile("cpsid i" ::: "memory");
  if (consumed == queued) __asm volatile("dsb\n\twfi" ::: "memory");
  __asm volatile("cpsie i" ::: "memory");
}

#else

STAGE void low_power_mode(void) { __asm volatile("dsb\n\twfi" ::: "memory"); }

#endif

int main(void) {
  SCB_PENDSV_PRIORITY = PRIORITY(7);
  init_hardware();
  reset_fusion();
  imu_init();
  microphone_start();
  imu_start();
  for (;;) {
    low_power_mode();
#if RUN_IN == RUN_IN_MAIN
    run_queued();
#endif
  }
}

void SPIM0_SPIS0_TWIM0_TWIS0_SPI0_TWI0_IRQHandler(void) {
  if (imu_take()) isr_sensor_update();
}
