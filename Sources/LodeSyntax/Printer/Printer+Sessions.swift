/// Prepared statements, cursors and channels.
import LodeCore

extension Printer {
    mutating func sessionStatement(_ statement: SessionStatement) {
        switch statement {
        case .prepare(let prepare): self.prepare(prepare)
        case .execute(let name, let values):
            write("EXECUTE ")
            self.name(name)
            if !values.isEmpty { parenthesized(values) { $0.expression($1) } }
        case .deallocate(let name): command("DEALLOCATE", name, else: "ALL")
        case .declareCursor(let declare): declareCursor(declare)
        case .fetch(let fetch): self.fetch(fetch)
        case .closeCursor(let name): command("CLOSE", name, else: "ALL")
        case .discard(let what): write("DISCARD \(what.rawValue)")
        case .listen(let name): command("LISTEN", name, else: "")
        case .unlisten(let name): command("UNLISTEN", name, else: "*")
        case .notify(let name, let payload):
            command("NOTIFY", name, else: "")
            if let payload { write(", \(SQLText(payload).literal)") }
        }
    }

    private mutating func command(_ words: String, _ name: Identifier?, else other: String) {
        write("\(words) ")
        if let name { self.name(name) } else { write(other) }
    }

    private mutating func prepare(_ prepare: Prepare) {
        write("PREPARE ")
        name(prepare.name)
        if !prepare.types.isEmpty { parenthesized(prepare.types) { $0.type($1) } }
        write(" AS ")
        statement(prepare.statement)
    }

    private mutating func parenthesized<Item>(_ items: [Item], _ each: (inout Printer, Item) -> Void) {
        write(" (")
        list(items) { each(&$0, $1) }
        write(")")
    }

    private mutating func declareCursor(_ declare: DeclareCursor) {
        write("DECLARE ")
        name(declare.name)
        if declare.isBinary { write(" BINARY") }
        if let scrolls = declare.scrolls { write(scrolls ? " SCROLL" : " NO SCROLL") }
        write(declare.holds ? " CURSOR WITH HOLD FOR " : " CURSOR FOR ")
        query(declare.query)
    }

    private mutating func fetch(_ fetch: FetchCursor) {
        write(fetch.isMove ? "MOVE " : "FETCH ")
        switch fetch.direction {
        case .forward(nil): write("ALL")
        case .forward(let count?): write(count < 0 ? "BACKWARD \(count.magnitude)" : "FORWARD \(count)")
        case .backwardAll: write("BACKWARD ALL")
        case .absolute(let row): write("ABSOLUTE \(row)")
        case .relative(let rows): write("RELATIVE \(rows)")
        }
        write(" FROM ")
        name(fetch.cursor)
    }
}
