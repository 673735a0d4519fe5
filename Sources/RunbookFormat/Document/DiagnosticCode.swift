/// Every code that reading a document can give, once.
///
/// Codes are a promise: they are silenced, searched for and explained by number, so a number is never used again for
/// something else.
enum DiagnosticCode: String, CaseIterable {
  // Reading the file and its YAML.
  case unreadable = "LB100"
  case tooLarge = "LB101"
  case encoding = "LB102"
  case syntax = "LB103"
  case tab = "LB104"
  case severalDocuments = "LB105"
  case duplicateKey = "LB106"
  case tooDeep = "LB107"
  case alias = "LB108"
  case aliasBomb = "LB109"
  case emptyDocument = "LB110"
  case keyNotText = "LB111"
  case tag = "LB112"
  case openExpression = "LB113"
  case tooManyValues = "LB114"
  case moreProblems = "LB199"

  // Names and types.
  case unknownKey = "LB201"
  case wrongType = "LB202"
  case missingKey = "LB203"
  case badName = "LB204"
  case duplicateName = "LB205"
  case notOneOf = "LB206"
  case badDuration = "LB207"
  case outOfRange = "LB208"
  case unknownAction = "LB209"
  case notServed = "LB210"
  case unknownVariant = "LB211"
  case literalSecret = "LB212"
  case unknownReference = "LB213"
  case version = "LB214"
  case undoNeeded = "LB215"
  case contradiction = "LB216"
  case badSilence = "LB217"
  case wrongKindOfFile = "LB218"
  case budget = "LB219"
  case badRepetition = "LB222"
  case notAfterSoak = "LB223"

  // Order.
  case unknownNeed = "LB301"
  case needsItself = "LB302"
  case needsForward = "LB303"
  case cycle = "LB304"
  case needsLaterStage = "LB305"
  case notBefore = "LB306"
  case cannotTakeItselfBack = "LB307"
}
