import RunRecord

/// Reasons in the program itself: code, first values, layers, what is linked.
extension HypothesisSearch {
  /// What differs in the program itself, told when it is little: the rest follows from it.
  mutating func addProgram() {
    if let text = LayerChange.text(comparison) { add(.layer, text, 951) }
    if let text = callee { add(.edit, text, 938) }
    if let only = program.only, CalleeChange(only) == nil {
      if only.delta != 0 {
        add(.edit, CodeChange(only).text + place(of: only), 938)
      } else {
        add(.edit, "\(only.name) has other code", 500)
      }
    }
    addFile()
    if let first = program.valued.first {
      let more = program.valued.count > 1 ? " and \(program.valued.count - 1) more" : ""
      let isAll = program.changed.isEmpty
      add(.content, "\(first)\(more) with other values", isAll ? 936 : 240)
    }
    addOtherCompiler()
  }

  /// The call that was added to a function or taken out of it, of several the one that moved most.
  private var callee: String? {
    let changes = program.changed.compactMap { function -> (text: String, moved: UInt128)? in
      guard let change = CalleeChange(function) else { return nil }
      let callee = comparison.functions.first { $0.name == change.callee }
      guard let callee, callee.base.calls != callee.head.calls else {
        return program.only == nil ? nil : (change.text, 0)
      }
      // What the compiler put into its caller was called all along.
      let (isNew, isGone) = (callee.base.isAbsent, callee.head.isAbsent)
      let isSure = program.only != nil
      if isNew || (!isSure && callee.base.calls < callee.head.calls),
        comparison.base.inlined.contains(change.callee)
      {
        return nil
      }
      if isGone || (!isSure && callee.head.calls < callee.base.calls),
        comparison.head.inlined.contains(change.callee)
      {
        return nil
      }
      let isKnown = !isNew && !isGone
      let counts = ": \(callee.head.calls) times instead of \(callee.base.calls)"
      return (change.text + (isKnown ? counts : ""), callee.delta.magnitude)
    }
    return changes.max { $0.moved < $1.moved }?.text
  }

  /// Several functions of one file whose code differs, and no other: an option or a type of that file.
  private mutating func addFile() {
    guard program.changed.count > 1, let first = program.changed.first, let file = first.head.file,
      program.changed.allSatisfy({ $0.base.file == file && $0.head.file == file })
    else { return }
    let count = program.changed.count
    add(.edit, "\(count) functions of \(file) have other code, \(CodeChange(first).text)", 937)
  }

  /// The line of a function that cost more or less than any other of it: " at pipeline.c:35".
  func place(of function: FunctionDifference) -> String {
    let line = comparison.lines.first { line in
      (line.head ?? line.base)?.function == function.name && line.place != nil
    }
    return line.flatMap(\.place).map { " at \($0)" } ?? ""
  }

  /// Without debug information no option is known; but other options change most of the code.
  private mutating func addOtherCompiler() {
    let both = comparison.functions.filter { $0.base.digest != nil && $0.head.digest != nil }
    let changed = program.changed
    guard both.count >= 8, changed.count * 10 >= both.count * 6 else { return }
    let smaller = changed.filter { $0.head.size < $0.base.size }.count
    let larger = changed.filter { $0.head.size > $0.base.size }.count
    let how = smaller > 2 * larger ? ", smaller" : larger > 2 * smaller ? ", larger" : ""
    add(
      .compiler,
      "other code\(how) in \(changed.count) of \(both.count) functions: another compiler or options",
      953)
  }

  /// Code that is linked and never runs: it costs flash alone.
  mutating func addIdle() {
    func largest(_ side: ComparisonSide, without other: ComparisonSide) -> ComparisonSide.Idle? {
      let known = Set(other.idle.map(\.name)).union(other.functions.map(\.name))
      return side.idle.filter { !known.contains($0.name) }.max {
        ($0.size, $1.name) < ($1.size, $0.name)
      }
    }
    if let new = largest(comparison.head, without: comparison.base) {
      add(.size, "\(new.name) is new and never ran, \(new.size) B", isSteady ? 260 : 60)
    } else if let gone = largest(comparison.base, without: comparison.head) {
      add(.size, "\(gone.name), which never ran, is gone, \(gone.size) B", isSteady ? 260 : 60)
    }
  }
}
