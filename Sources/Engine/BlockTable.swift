/// Finds the record of a block by its address: two loads, whatever the memory map.
///
/// The top level covers the 32-bit space in 4 KiB pages; untouched parts of it cost no memory.
struct BlockTable {
  typealias Entry = UnsafeMutablePointer<Block>
  typealias Page = UnsafeMutablePointer<Entry?>

  private static let pageBits: UInt32 = 12
  private static let pageCount = 1 << 20
  private static let entriesPerPage = 1 << 11
  private let root: UnsafeMutablePointer<Page?>
  private(set) var newest: Entry?

  init() {
    guard let memory = calloc(Self.pageCount, MemoryLayout<Page?>.stride) else {
      fatalError("out of memory")
    }
    root = memory.bindMemory(to: Page?.self, capacity: Self.pageCount)
  }

  @inline(__always)
  func find(_ address: UInt32) -> Entry? {
    guard let page = root[Int(address >> Self.pageBits)] else { return nil }
    return page[Int((address & 0xfff) >> 1)]
  }

  /// Puts a new record first among those that start at its address.
  mutating func insert(_ block: Block) -> Entry {
    let entry = UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<Block>.stride, alignment: 64
    ).bindMemory(to: Block.self, capacity: 1)
    entry.initialize(to: block)
    entry.pointee.following = entry
    entry.pointee.taken = entry
    let slot = Int(block.address >> Self.pageBits)
    let page = root[slot] ?? makePage(slot)
    let index = Int((block.address & 0xfff) >> 1)
    entry.pointee.alternative = page[index]
    page[index] = entry
    entry.pointee.older = newest
    newest = entry
    return entry
  }

  private func makePage(_ slot: Int) -> Page {
    let page = Page.allocate(capacity: Self.entriesPerPage)
    page.initialize(repeating: nil, count: Self.entriesPerPage)
    root[slot] = page
    return page
  }

  /// Visits every block, newest first.
  func visitAll(_ body: (Entry) -> Void) {
    var next = newest
    while let entry = next {
      next = entry.pointee.older
      body(entry)
    }
  }

  /// Gives all memory back. The table must not be used afterwards.
  func destroy() {
    visitAll { entry in
      entry.pointee.copy?.deallocate()
      entry.pointee.freePrograms()
      entry.deinitialize(count: 1)
      UnsafeMutableRawPointer(entry).deallocate()
    }
    for slot in 0..<Self.pageCount where root[slot] != nil { root[slot]?.deallocate() }
    free(root)
  }
}

#if canImport(Glibc)
  import Glibc
#endif
