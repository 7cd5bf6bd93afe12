import Testing
import Trust

@Suite struct TrustTests {
  private let document = Trust(.measured, band: Band(percent: 5))
  private let memory = Trust(.assumed, band: Band(percent: 25))

  @Test func `tiers are ordered from the best`() {
    #expect(Tier.allCases.sorted() == [.measured, .validated, .modelled, .assumed])
    #expect(max(Tier.measured, .modelled) == .modelled)
  }

  @Test func `marks get worse in the order A B D P M`() {
    let marks = TrustMark.allCases
    #expect(marks.map(\.rawValue) == ["A", "B", "D", "P", "M"])
    #expect(marks.map(\.trust.tier) == marks.map(\.trust.tier).sorted())
    #expect(marks.map(\.trust.band) == marks.map(\.trust.band).sorted())
    #expect(TrustMark.memory.trust == memory)
  }

  @Test func `a sum weighs the bands and takes the worst tier`() {
    let sum = Trust.sum([(300, document), (100, memory)])
    // 300 x 5 % + 100 x 25 % = 40 of 400.
    #expect(sum == Trust(.assumed, band: Band(percent: 10)))
  }

  @Test func `a part of zero does not count`() {
    #expect(Trust.sum([(7, document), (0, memory)]) == document)
    #expect(Trust.sum([]) == .exact)
  }

  @Test func `a difference is known worse than its parts`() {
    let difference = Trust.sum([(200, document), (-100, document)])
    #expect(difference.band == Band(percent: 15))
    #expect(Trust.sum([(1, document), (-1, document)]).band == Band(partsPerMillion: .max))
  }

  @Test func `bands of factors add up with their product`() {
    #expect((document * memory) == Trust(.assumed, band: Band(partsPerMillion: 312_500)))
    #expect(document * .exact == document)
  }

  @Test func `the width of a band is rounded up and never overflows`() {
    #expect(Band(percent: 7).width(of: 100) == 7)
    #expect(Band(percent: 7).width(of: -101) == 8)
    #expect(Band(partsPerMillion: .max).width(of: .max) == .max)
    #expect(Band.exact.width(of: .min) == 0)
    let huge = Trust(.modelled, band: Band(partsPerMillion: .max))
    #expect((huge * huge).band == Band(partsPerMillion: .max))
    #expect(Trust.sum([(.max, huge), (.max, huge)]).band == Band(partsPerMillion: .max))
  }
}
