import Trust

/// `+-7.5 %`, from whole numbers.
func percent(_ band: Band) -> String {
  let tenths = (band.partsPerMillion + 500) / 1_000
  let fraction = tenths % 10 == 0 ? "" : ".\(tenths % 10)"
  return "+-\(tenths / 10)\(fraction) %"
}
