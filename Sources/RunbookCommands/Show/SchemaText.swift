import RunbookFormat
import RunbookModel
import RunbookReport

enum SchemaText {
  static func value(_ kind: SchemaCommand.Kind, _ catalogue: ActionCatalogue) -> Value {
    switch kind {
    case .runbook: DocumentSchema(catalogue: catalogue).runbook
    case .environment: DocumentSchema(catalogue: catalogue).environment
    case .rehearsal: DocumentSchema(catalogue: catalogue).rehearsal
    case .report: Report.jsonSchema
    }
  }
}
