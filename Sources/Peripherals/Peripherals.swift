// Peripherals
