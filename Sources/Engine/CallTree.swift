public import Units

/// One way that calls led to a function, and what the core spent there.
public struct CallNode: Sendable, Hashable {
  public enum Place: Sendable, Hashable {
    /// Code that no exception led to.
    case thread
    /// The handler of this exception, and stacking before and behind it.
    case exception(UInt32)
    /// Index of the function; `BlockDescription.noFunction` where no symbol covers it.
    case function(UInt32)
  }

  public let place: Place
  /// Index of the caller's node, which comes before its own; nil: it is the bottom of a stack.
  public let parent: Int?
  /// One past the instruction that called it; nil for the bottom of a stack.
  public let site: Address?
  public let calls: UInt64
  /// Of its own, what it called and what interrupted it excluded.
  public let cycles: UInt64
}

/// The tree of calls that a run made, each exception with a stack of its own, kept where calls and
/// returns are followed: every cycle awake belongs to exactly one node.
///
/// Recursion is followed four deep and then stays in the fourth; where all nodes are in use, calls
/// stay in their caller.
struct CallTree {
  struct Node {
    var parent: UInt32
    var firstChild: UInt32 = 0
    var sibling: UInt32 = 0
    var function: UInt32
    var site: UInt32
    var calls: UInt64 = 0
    var cycles: UInt64 = 0
  }

  static let capacity = 1 << 16
  static let recursionDepth: UInt32 = 4
  /// Of a node that is an exception's and no function's.
  private static let exception: UInt32 = 0x4000_0000
  /// The node of thread mode; 0 stands for none.
  private static let thread: UInt32 = 1

  private let nodes: UnsafeMutablePointer<Node>
  private var count: UInt32 = 2
  private(set) var current = Self.thread
  /// All cycles before this one are charged.
  private var charged: UInt64 = 0

  init() {
    // Pages that no node lies in take no memory.
    nodes = .allocate(capacity: Self.capacity)
    for index in 0..<2 {
      (nodes + index).initialize(to: Node(parent: 0, function: Self.exception, site: 0))
    }
  }

  func destroy() { nodes.deallocate() }

  @inline(__always)
  mutating func charge(until cycle: UInt64) {
    if cycle > charged {
      nodes[Int(current)].cycles &+= cycle &- charged
      charged = cycle
    }
  }

  /// Leaves out what the core slept.
  mutating func skip(until cycle: UInt64) { charged = max(charged, cycle) }

  /// Goes down into a function.
  @inline(__always)
  mutating func enter(_ function: UInt32, from site: UInt32, at cycle: UInt64) {
    charge(until: cycle)
    current = child(of: current, function, site)
    nodes[Int(current)].calls &+= 1
  }

  /// Starts the stack of an exception.
  mutating func enter(exception: UInt32, at cycle: UInt64) {
    charge(until: cycle)
    current = child(of: 0, Self.exception | exception, 0)
    nodes[Int(current)].calls &+= 1
  }

  /// Goes on in a node that was left or is folded into.
  @inline(__always)
  mutating func resume(_ node: UInt32, at cycle: UInt64) {
    charge(until: cycle)
    current = node
  }

  /// The same function calls itself from far above.
  @inline(__always)
  mutating func fold(into node: UInt32, at cycle: UInt64) {
    resume(node, at: cycle)
    nodes[Int(node)].calls &+= 1
  }

  mutating func resumeThread(at cycle: UInt64) { resume(Self.thread, at: cycle) }

  /// The child that was met last comes first.
  @inline(__always)
  private mutating func child(of parent: UInt32, _ function: UInt32, _ site: UInt32) -> UInt32 {
    let first = nodes[Int(parent)].firstChild
    if first != 0, nodes[Int(first)].function == function, nodes[Int(first)].site == site {
      return first
    }
    return otherChild(of: parent, function, site)
  }

  @inline(never)
  private mutating func otherChild(
    of parent: UInt32, _ function: UInt32, _ site: UInt32
  ) -> UInt32 {
    let first = nodes[Int(parent)].firstChild
    var before = first
    while before != 0 {
      let next = nodes[Int(before)].sibling
      if next != 0, nodes[Int(next)].function == function, nodes[Int(next)].site == site {
        nodes[Int(before)].sibling = nodes[Int(next)].sibling
        nodes[Int(next)].sibling = first
        nodes[Int(parent)].firstChild = next
        return next
      }
      before = next
    }
    if count == UInt32(Self.capacity) { return parent == 0 ? Self.thread : parent }
    var node = Node(parent: parent, function: function, site: site)
    node.sibling = first
    (nodes + Int(count)).initialize(to: node)
    nodes[Int(parent)].firstChild = count
    count += 1
    return count - 1
  }

  /// Every node, callers before what they call.
  func all() -> [CallNode] {
    (Int(Self.thread)..<Int(count)).map { index in
      let node = nodes[index]
      let isFunction = node.function & Self.exception == 0 || node.function == .max
      let place: CallNode.Place =
        index == Self.thread
        ? .thread
        : isFunction ? .function(node.function) : .exception(node.function & ~Self.exception)
      return CallNode(
        place: place, parent: node.parent == 0 ? nil : Int(node.parent - Self.thread),
        site: isFunction ? Address(node.site) : nil, calls: node.calls, cycles: node.cycles)
    }
  }
}
