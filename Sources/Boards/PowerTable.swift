public import Trust
public import Units

/// Whose current a figure is.
public enum ConsumerScope: String, CaseIterable, Hashable, Sendable {
  case soc
  case sensors
  case board
}

/// What an energy figure counts.
public enum EnergyScope: String, CaseIterable, Hashable, Sendable {
  case soc
  case socAndSensors = "soc+sensors"
  case board

  public func includes(_ scope: ConsumerScope) -> Bool {
    switch self {
    case .soc: scope == .soc
    case .socAndSensors: scope != .board
    case .board: true
    }
  }
}

/// What a board draws: each consumer adds the current of the state it is in.
///
/// A run says which state every consumer was in and when; a consumer that it says nothing of stays
/// in its initial state.
public struct PowerTable: Hashable, Sendable {
  public var supply: Sourced<Volts>
  /// The chip's, then the board's, in the files' order.
  public var consumers: [CurrentConsumer]

  public init(supply: Sourced<Volts>, consumers: [CurrentConsumer]) {
    self.supply = supply
    self.consumers = consumers
  }

  public func consumer(_ name: String) -> CurrentConsumer? {
    consumers.first { $0.name == name }
  }
}

/// Something that draws current and has states: the CPU, a clock, a sensor.
public struct CurrentConsumer: Hashable, Sendable {
  /// Another consumer's state that must hold for this one to count.
  ///
  /// Parts of a chip share a base: the figure for a running CPU holds the clocks that it needs, so
  /// those are counted of their own only while it sleeps.
  public struct Condition: Hashable, Sendable {
    public var consumer: String
    public var state: String

    public init(consumer: String, state: String) {
      self.consumer = consumer
      self.state = state
    }
  }

  /// A current at one core clock.
  public struct ClockPoint: Hashable, Sendable {
    public var clock: Hertz
    public var current: Amperes

    public init(clock: Hertz, current: Amperes) {
      self.clock = clock
      self.current = current
    }
  }

  public struct State: Hashable, Sendable {
    public var name: String
    public var current: Amperes
    /// The core clock that the figure holds for, where it depends on it.
    public var clock: Hertz?
    /// The same figure at other core clocks, slowest first.
    public var others: [ClockPoint]
    /// The source gives the current by core clock: microamperes per megahertz.
    public var isProportional = false
    public var provenance: Provenance

    public init(
      name: String, current: Amperes, clock: Hertz? = nil, others: [ClockPoint] = [],
      provenance: Provenance
    ) {
      self.name = name
      self.current = current
      self.clock = clock
      self.others = others
      self.provenance = provenance
    }

    public var trust: Trust { provenance.trust }
  }

  public var name: String
  public var scope: ConsumerScope
  public var condition: Condition?
  /// The first listed unless the file says otherwise.
  public var initial: String
  public var states: [State]

  /// The initial state is the first. Precondition: there is one.
  public init(
    name: String, scope: ConsumerScope, condition: Condition? = nil, initial: String? = nil,
    states: [State]
  ) {
    self.name = name
    self.scope = scope
    self.condition = condition
    self.initial = initial ?? states[0].name
    self.states = states
  }

  public func state(_ name: String) -> State? { states.first { $0.name == name } }
}
