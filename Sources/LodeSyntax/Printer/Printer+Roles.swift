/// Statements about roles.
import LodeCore

extension Printer {
    mutating func roleStatement(_ statement: RoleStatement) {
        switch statement {
        case .createRole(let create):
            write(create.isUser ? "CREATE USER " : "CREATE ROLE ")
            if create.ifNotExists { write("IF NOT EXISTS ") }
            name(create.name)
            roleOptions(create.options)
        case .alterRole(let alter):
            write("ALTER ROLE ")
            name(alter.name)
            if let newName = alter.newName {
                write(" RENAME TO ")
                name(newName)
            }
            roleOptions(alter.options)
        case .dropRole(let names, let ifExists):
            write(ifExists ? "DROP ROLE IF EXISTS " : "DROP ROLE ")
            list(names) { $0.name($1) }
        case .access(let access): self.access(access)
        case .membership(let membership): self.membership(membership)
        case .alterOwner(let alter): alterOwner(alter)
        case .createSecret(let create): createSecret(create)
        case .dropSecret(let drop): dropSecret(drop)
        case .createAccessKey(let role):
            write("CREATE ACCESS KEY")
            if let role {
                write(" FOR ")
                name(role)
            }
        case .dropAccessKey(let id, let ifExists, _):
            write("DROP ACCESS KEY \(ifExists ? "IF EXISTS " : "")\(SQLText(id).literal)")
        }
    }

    private mutating func roleOptions(_ options: [RoleOption]) {
        for option in options {
            switch option {
            case .password(let text): write(" PASSWORD \(text.map { SQLText($0).literal } ?? "NULL")")
            case .validUntil(let text, _): write(" VALID UNTIL \(SQLText(text).literal)")
            case .connectionLimit(let count): write(" CONNECTION LIMIT \(count)")
            case .flag(let word):
                write(" ")
                name(word)
            }
        }
    }
}
