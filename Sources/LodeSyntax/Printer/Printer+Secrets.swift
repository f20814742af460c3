/// CREATE SECRET and DROP SECRET.
import LodeCore

extension Printer {
    mutating func createSecret(_ create: CreateSecret) {
        write(create.orReplace ? "CREATE OR REPLACE " : "CREATE ")
        write(create.isPersistent ? "PERSISTENT SECRET" : "SECRET")
        if create.ifNotExists { write(" IF NOT EXISTS") }
        if let name = create.name {
            write(" ")
            self.name(name)
        }
        if let storage = create.storage {
            write(" IN ")
            name(storage)
        }
        write(" (")
        list(create.options) { printer, option in
            printer.name(option.key)
            let values = option.values.map { SQLText($0).literal }.joined(separator: ", ")
            printer.write(option.values.count == 1 ? " \(values)" : " [\(values)]")
        }
        write(")")
    }

    mutating func dropSecret(_ drop: DropSecret) {
        write(drop.isPersistent ? "DROP PERSISTENT SECRET " : "DROP SECRET ")
        if drop.ifExists { write("IF EXISTS ") }
        name(drop.name)
        if let storage = drop.storage {
            write(" FROM ")
            name(storage)
        }
    }
}
