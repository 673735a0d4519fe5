enum ContactKey: Int, DocumentKey {
  case name, mail, phone, standIn

  static let section = Section(
    "a contact",
    [
      KeyRule("name", .text, "The person's name, or what the address reaches.", isRequired: true),
      KeyRule("mail", .text, "The mail address."),
      KeyRule("phone", .text, "The telephone number, as it is dialled."),
      KeyRule("stand_in", .name, "The role to call when nobody answers here."),
    ])
}
