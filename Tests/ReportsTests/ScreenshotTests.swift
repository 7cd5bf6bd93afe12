import Foundation
import TestSupport
import Testing

/// The page of the golden report as a browser shows it, against what it looked like when somebody last
/// looked: cell by cell of a coarse grid, so that letters may be drawn a little differently.
@Suite(.enabled(if: browser != nil, "skipped: chromium is not installed"))
struct ScreenshotTests {
  @Test(arguments: ["light", "dark", "narrow"])
  func `the page looks as it did`(look: String) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let image = directory.appending(path: "\(look).png")
    var options = [
      "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
      "--force-device-scale-factor=1", "--user-data-dir=\(directory.path)/profile",
      "--font-render-hinting=none", "--screenshot=\(image.path)",
      "--window-size=\(look == "narrow" ? "500,3600" : "1100,3000")",
    ]
    if look == "dark" { options.append("--blink-settings=preferredColorScheme=0") }
    let drawn = SystemProgram.run(browser ?? "", options + ["file://\(golden)/missed.html"])
    try #require(drawn.status == 0 && FileManager.default.fileExists(atPath: image.path))
    let grid = SystemProgram.run("python3", ["-c", Self.reader, image.path])
    try #require(grid.status == 0)
    let path = "\(golden)/screenshot-\(look).txt"
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
      try grid.output.write(toFile: path, atomically: true, encoding: .utf8)
    }
    let (found, wanted) = (cells(grid.output), cells(contents(of: path) ?? ""))
    #expect(found.count == wanted.count)
    let different = zip(found, wanted).filter { a, b in
      zip(a, b).contains { abs($0 - $1) > 24 }
    }
    // One cell in fifty may differ: a font of another version.
    #expect(
      different.count * 50 <= found.count, "\(different.count) of \(found.count) cells differ")
    // It is a drawing and no blank page, and the dark one is dark.
    let shades = Set(found.map { $0.map { $0 / 16 } })
    #expect(shades.count > 12)
    let mean = found.reduce(0) { $0 + $1.reduce(0, +) / 3 } / max(found.count, 1)
    #expect(look == "dark" ? mean < 90 : mean > 180, "\(mean)")
  }

  /// Red, green and blue of each cell.
  private func cells(_ text: String) -> [[Int]] {
    text.split(whereSeparator: \.isWhitespace).map { cell in
      let value = Int(cell, radix: 16) ?? 0
      return [value >> 16, value >> 8 & 0xff, value & 0xff]
    }
  }

  /// Prints the mean colour of each cell of 50 by 50 pixels of a PNG.
  private static let reader = """
    import sys, struct, zlib
    data = open(sys.argv[1], 'rb').read()
    place, packed = 8, b''
    while place < len(data):
        length, kind = struct.unpack('>I4s', data[place:place + 8])
        body = data[place + 8:place + 8 + length]
        if kind == b'IHDR': width, height, depth, colour = struct.unpack('>IIBB', body[:10])
        if kind == b'IDAT': packed += body
        place += 12 + length
    assert depth == 8 and colour in (2, 6)
    size = 3 if colour == 2 else 4
    raw, stride = zlib.decompress(packed), width * size
    above = bytearray(stride)
    side = 50
    sums = {}
    for y in range(height):
        kind = raw[y * (stride + 1)]
        row = bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        if kind == 1:
            for i in range(size, stride): row[i] = (row[i] + row[i - size]) & 255
        elif kind == 2:
            for i in range(stride): row[i] = (row[i] + above[i]) & 255
        elif kind == 3:
            for i in range(stride):
                left = row[i - size] if i >= size else 0
                row[i] = (row[i] + (left + above[i]) // 2) & 255
        elif kind == 4:
            for i in range(stride):
                left = row[i - size] if i >= size else 0
                corner = above[i - size] if i >= size else 0
                guess = left + above[i] - corner
                a, b, c = abs(guess - left), abs(guess - above[i]), abs(guess - corner)
                best = left if a <= b and a <= c else above[i] if b <= c else corner
                row[i] = (row[i] + best) & 255
        for x in range(0, width, side):
            part = row[x * size:(x + side) * size]
            cell = sums.setdefault((y // side, x // side), [0, 0, 0, 0])
            for channel in range(3): cell[channel] += sum(part[channel::size])
            cell[3] += len(part) // size
        above = row
    last = None
    for (y, x), cell in sorted(sums.items()):
        if last is not None: print(end=' ' if y == last else '\\n')
        print(end='%02x%02x%02x' % tuple(value // cell[3] for value in cell[:3]))
        last = y
    print()
    """
}

/// A program that draws pages.
private let browser = ["chromium", "chromium-browser", "google-chrome"].first(
  where: SystemProgram.exists)
