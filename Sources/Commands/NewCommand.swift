import Verdicts

private let directory = Key.required("DIRECTORY", "where deployment.yaml goes; made if need be")

let newCommand = Command(
  name: "new", summary: "a commented deployment to start from",
  details: """
    Writes DIRECTORY/deployment.yaml, which says what every key means. A file that is there already \
    is left alone.
    """,
  examples: ["new gesture"], keys: [directory]
) { (arguments, invocation) throws(CommandFailure) in
  let directory = try arguments[directory]
  let path = directory + "/deployment.yaml"
  if SystemFile.exists(path) {
    throw .usage("'\(path)' is there already; choose another DIRECTORY")
  }
  try SystemFile.createDirectory(directory)
  try SystemFile.write(deploymentTemplate, to: path)
  invocation.terminal.write("\(path)\nnext: edit it, then thumbprint run \(path)\n")
  return .success
}

/// Reads as a deployment as it stands; its firmware and recordings are the user's to put there.
let deploymentTemplate = """
  # What runs where, what it is fed, what is measured and what it may cost.
  # Paths are relative to this file. Every quantity has its unit: 12 ms, 8 mA, 64 KiB, 90 %.
  name: my-deployment

  # One of 'thumbprint boards', or the path of a board's own FILE.yaml.
  board: arduino-nano-33-ble-sense

  # The program, an ELF with symbols. Instead of it the tool can make one for a network:
  #
  # generate:
  #   network: model.tflite                      # int8
  #   sensors: {imu: 119 Hz, microphone: 16 kHz}
  #   fusion: kalman                             # kalman | none: the network takes raw samples
  #   window: {length: 1 s, hop: 250 ms}         # what one inference sees, and how often
  #   run-in: isr                                # isr | pendsv | main
  firmware: build/app.elf

  # What the board's sensors feel. CSV: a header line with the columns' names; WAV: sound.
  # interpolate: hold | linear. end: stop (the run ends there) | hold | repeat.
  # Also: offset: 20 ms, drift: 15 ppm, sensitivity: {accelerometer: 0.061 mg}, resample: true.
  streams:
    imu:
      file: recordings/movement.csv
      rate: 119 Hz
      columns: {accelerometer: [ax, ay, az], gyroscope: [gx, gy, gz]}
      units: {accelerometer: g, gyroscope: dps}
      interpolate: linear
      end: repeat
  #  microphone: {file: recordings/room.wav, end: hold}

  # Sensors wired to the board, or in place of its own; 'thumbprint sensors' lists the parts.
  # sensors:
  #   imu: {part: LSM6DSOX, bus: TWIM1, address: 0x6A, pins: {INT1: P0.11}}

  # What goes wrong with them: dropout, stuck, saturation, bias, noise, clock-drift, nack, stretch,
  # fifo-overrun. --seed N or 'seed:' draws the noise.
  # faults:
  #   - {sensor: imu, kind: bias, channel: accelerometer, value: 50 mg, at: 2 s, for: 500 ms}

  # What truly happened and when, to count right decisions.
  # labels: recordings/movement.label

  # Simulated time.
  for: 10 s

  # Times from one point to another: SENSOR.data-ready, SENSOR.read, SENSOR.pin, irq NAME,
  # enter SYMBOL, return SYMBOL, gpio PIN rising|falling, uart NAME "TEXT". The firmware needs no
  # change for it.
  measure:
    latency: {from: imu.data-ready, to: return deepcraft_infer}
    response: {from: imu.read, to: return deepcraft_infer, deadline: 8 ms}

  # Where the decisions are seen.
  inference:
    entry: deepcraft_infer
    class: argument 0 of trigger_event           # or: return SYMBOL
  #  scores: deepcraft_scores[5] int8
  #  classes: [rest, wave, circle, lift, tap]    # what the labels call class 0, 1, ...

  battery: {capacity: 220 mAh, voltage: 3.0 V}

  # Limits; 'thumbprint run' exits with 1 when one is missed, with 4 when it cannot tell.
  budgets:
    latency: {max: 12 ms, p99: 11 ms}            # min, p50, p99, max, mean, jitter
    response: {max: 1 ms}
    missed-deadlines: 0
    lost-samples: 0
    flash: 256 KiB
    ram: 64 KiB
    stack: 4 KiB
    average-current: {max: 8 mA, scope: soc+sensors}   # soc | soc+sensors | board
    energy-per-inference: 6 mJ
  #  label-accuracy: 90 %

  # Bits that read as told, past a wait for what has no model; names come from svd: chip.svd or the chip.
  # hold: {RCC.CR.HSERDY: 1}

  # Buttons of the board or pins that are pressed, for 100 ms unless said.
  # press: [user@2s, P0.11@3s+500ms]

  # guarded: a budget holds only at the worst of the model's band; nominal: by the value alone.
  judge: guarded

  """
