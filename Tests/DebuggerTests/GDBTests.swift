import Testing

/// GDB leads the executable through a firmware with nested interrupts and floating point.
@Suite(
  .enabled(
    if: GDBSession.missing == nil,
    "needs \(GDBSession.missing ?? "nothing")"), .serialized)
struct GDBTests {
  @Test func `stops, steps and watchpoints change nothing of the result`() throws {
    let plain = try GDBSession.finish(
      GDBSession.start(GDBSession.executable, GDBSession.arguments()))
    let led = try GDBSession.lead([
      "break main", "continue", "info registers", "stepi 20", "break turn", "continue",
      "backtrace", "monitor exceptions", "finish", "delete", "watch turns[1]", "continue",
      "continue", "delete", "rwatch shared", "continue", "delete", "stepi 300", "tbreak walk",
      "continue", "next", "detach",
    ])
    for line in [
      "Breakpoint 1, main ()", "msp            0x2000", "basepri        0x0", "fpscr          0x0",
      "Breakpoint 2", "<signal handler called>", "handling: TIMER0", "enabled: TIMER0, TIMER1",
      "Hardware watchpoint 3: turns[1]", "New value = 2", "Hardware read watchpoint 4: shared",
      "Temporary breakpoint 5, ", "detached]",
    ] {
      #expect(led.gdb.contains(line), "\(line) is missing in\n\(led.gdb)")
    }
    #expect(!led.gdb.contains("warning:"), "\(led.gdb)")
    #expect(led.run.status == plain.status)
    #expect(GDBSession.comparable(led.run.output) == GDBSession.comparable(plain.output))
    #expect(led.run.error.hasSuffix(plain.error), "\(led.run.error)")
  }

  @Test func `time stands still while stopped`() throws {
    let led = try GDBSession.lead([
      "break main", "continue", "monitor cycles", "monitor time", "shell sleep 0.3",
      "monitor cycles", "monitor time", "kill",
    ])
    let cycles = led.gdb.split(separator: "\n").filter { $0.contains("cycles,") }
    let times = led.gdb.split(separator: "\n").filter { $0.hasSuffix(" s") }
    #expect(cycles.count == 2 && cycles.first == cycles.last, "\(led.gdb)")
    #expect(times.count == 2 && times.first == times.last, "\(led.gdb)")
    #expect(led.run.output.contains("interrupted"))
  }

  @Test func `memory and registers are written`() throws {
    let led = try GDBSession.lead([
      "break on_timer0", "continue", "set var turns[2] = 77", "print turns[2]",
      "set var $r7 = 0x1234", "print/x $r7", "set var $s5 = 1.5", "print $s5", "print $d2",
      "x/2xw &turns", "print *(int *)0xe000ed00", "print *(int *)0x60000000", "monitor reset",
      "maintenance flush register-cache", "info registers pc", "monitor cycels", "kill",
    ])
    for line in [
      "$1 = 77", "$2 = 0x1234", "$3 = 1.5", "<turns>:", "Cannot access memory", "<Reset_Handler",
      "no monitor command 'cycels'",
    ] {
      #expect(led.gdb.contains(line), "\(line) is missing in\n\(led.gdb)")
    }
  }

  @Test func `a running core is interrupted`() throws {
    // The watchpoint, which nothing touches, makes the run long enough.
    let led = try GDBSession.lead([
      "break main", "continue", "delete", "watch *(int *)0x20100000",
      "shell (sleep 0.3; kill -INT $PPID) >/dev/null 2>&1 &", "continue", "monitor time", "kill",
    ])
    #expect(led.gdb.contains("received signal SIGINT"), "\(led.gdb)")
    #expect(led.gdb.contains(" s\n"), "\(led.gdb)")
  }

  @Test func `the monitor tells its commands`() throws {
    let led = try GDBSession.lead(["monitor help", "monitor energy", "kill"])
    for line in ["time ", "cycles ", "energy ", "exceptions ", "reset ", "prices them"] {
      #expect(led.gdb.contains(line), "\(line) is missing in\n\(led.gdb)")
    }
  }

  @Test func `a device's registers are read unless that would act`() throws {
    // TIMER0's RELOAD, a UART's STATE, and its DATA, whose reading takes the byte.
    let led = try GDBSession.lead([
      "break on_timer0", "continue", "print *(unsigned *)0x40000008 > 0",
      "print *(unsigned *)0x40004004", "print *(unsigned *)0x40004000", "continue", "kill",
    ])
    #expect(led.gdb.contains("$1 = 1"), "\(led.gdb)")
    #expect(led.gdb.contains("$2 = 0"), "\(led.gdb)")
    #expect(led.gdb.contains("Cannot access memory at address 0x40004000"), "\(led.gdb)")
  }

  @Test func `a firmware that ends tells GDB its exit code`() throws {
    let led = try GDBSession.lead(["continue"])
    #expect(led.gdb.contains("exited normally"), "\(led.gdb)")
    #expect(led.run.status == 0)
  }
}
