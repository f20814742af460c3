/// Queries and what is written in FROM.
import LodeCore

extension Printer {
    mutating func query(_ query: Query) {
        if let with = query.with {
            self.with(with)
            write(" ")
        }
        body(query.body)
        switch query.orderBy {
        case .items(let items):
            write(" ORDER BY ")
            orderItems(items)
        case .all(let isDescending, let nullsFirst):
            write(" ORDER BY ALL\(isDescending ? " DESC" : "")")
            nulls(nullsFirst)
        case nil: break
        }
        if let limit = query.limit { self.limit(limit) }
        for locking in query.locking {
            write(" FOR \(locking.strength.rawValue)")
            if !locking.tables.isEmpty {
                write(" OF ")
                list(locking.tables) { $0.name($1) }
            }
            if let waiting = locking.waiting { write(" \(waiting.rawValue)") }
        }
    }

    mutating func with(_ with: With) {
        write(with.isRecursive ? "WITH RECURSIVE " : "WITH ")
        list(with.tables) { printer, table in
            printer.name(table.name)
            if !table.columns.isEmpty {
                printer.write(" ")
                printer.names(table.columns)
            }
            printer.write(" AS ")
            if let isMaterialized = table.isMaterialized {
                printer.write(isMaterialized ? "MATERIALIZED " : "NOT MATERIALIZED ")
            }
            printer.subquery("", table.query)
        }
    }

    private mutating func limit(_ limit: Limit) {
        if let count = limit.count, !limit.withTies {
            write(" LIMIT ")
            expression(count)
            if limit.isPercent { write(" PERCENT") }
        }
        if let offset = limit.offset {
            write(" OFFSET ")
            expression(offset)
        }
        if let count = limit.count, limit.withTies {
            write(" FETCH FIRST (")
            expression(count)
            write(")\(limit.isPercent ? " PERCENT" : "") ROWS WITH TIES")
        }
        if limit.count == nil, limit.offset == nil { write(" LIMIT ALL") }
    }

    mutating func body(_ body: QueryBody) {
        switch body {
        case .select(let select): self.select(select)
        case .setOperation(let operation): setOperation(operation)
        case .values(let values): self.values(values)
        case .table(let reference):
            write("TABLE ")
            table(reference)
        case .query(let query): subquery("", query)
        }
    }

    private mutating func setOperation(_ operation: SetOperation) {
        let all = operation.isAll ? " ALL" : ""
        let byName = operation.isByName ? " BY NAME" : ""
        list(operation.operands, " \(operation.operator.rawValue)\(all)\(byName) ") { printer, operand in
            guard case .setOperation = operand else { return printer.body(operand) }
            printer.write("(")
            printer.body(operand)
            printer.write(")")
        }
    }

    private mutating func values(_ values: Values) {
        write("VALUES ")
        list(0..<values.rowCount) { printer, row in
            printer.write("(")
            printer.expressions(values.row(row))
            printer.write(")")
        }
    }

    private mutating func select(_ select: Select) {
        write("SELECT ")
        switch select.quantifier {
        case .all: break
        case .distinct: write("DISTINCT ")
        case .distinctOn(let items):
            write("DISTINCT ON (")
            expressions(items)
            write(") ")
        }
        selectItems(select.items)
        if !select.from.isEmpty {
            write(" FROM ")
            list(select.from) { $0.table($1) }
        }
        clause("WHERE", select.where)
        if let group = select.groupBy { groupBy(group) }
        clause("HAVING", select.having)
        if !select.windows.isEmpty {
            write(" WINDOW ")
            list(select.windows) { printer, window in
                printer.name(window.name)
                printer.write(" AS ")
                printer.window(window.specification)
            }
        }
        clause("QUALIFY", select.qualify)
        if let sample = select.sample { usingSample(sample) }
    }

    mutating func clause(_ word: String, _ value: Expression?) {
        guard let value else { return }
        write(" \(word) ")
        expression(value)
    }

    mutating func selectItems(_ items: [SelectItem]) {
        list(items) { printer, item in
            printer.expression(item.expression)
            if let alias = item.alias {
                printer.write(" AS ")
                printer.name(alias)
            }
        }
    }

    private mutating func groupBy(_ group: GroupBy) {
        switch group {
        case .all: write(" GROUP BY ALL")
        case .items(let items, let isDistinct):
            write(isDistinct ? " GROUP BY DISTINCT " : " GROUP BY ")
            list(items) { $0.groupItem($1) }
        }
    }

    private mutating func groupItem(_ item: GroupItem) {
        switch item {
        case .expression(let value): expression(value)
        case .rollup(let elements, _): groupElements("ROLLUP", elements)
        case .cube(let elements, _): groupElements("CUBE", elements)
        case .groupingSets(let items, _):
            write("GROUPING SETS (")
            list(items) { $0.groupItem($1) }
            write(")")
        case .set(let items, _):
            write("(")
            expressions(items)
            write(")")
        }
    }

    private mutating func groupElements(_ word: String, _ elements: [[Expression]]) {
        write("\(word) (")
        list(elements) { printer, element in
            if element.count != 1 { printer.write("(") }
            printer.expressions(element)
            if element.count != 1 { printer.write(")") }
        }
        write(")")
    }

    private mutating func usingSample(_ sample: Sample) {
        write(" USING SAMPLE ")
        expression(sample.size)
        write(sample.isPercent ? " PERCENT" : " ROWS")
        if let method = sample.method {
            write(" (")
            name(method)
            write(")")
        }
        seed(sample)
    }

    private mutating func seed(_ sample: Sample) {
        guard let seed = sample.seed else { return }
        write(" REPEATABLE (")
        expression(seed)
        write(")")
    }

    // MARK: FROM

    mutating func table(_ table: TableReference) {
        switch table.kind {
        case .table(let name, let travel):
            self.name(name)
            if let travel {
                write(" FOR \(travel.unit.rawValue) AS OF ")
                expression(travel.value)
            }
        case .file(let path): string(path)
        case .function(let call, let isLateral, let withOrdinality):
            if isLateral { write("LATERAL ") }
            self.call(call)
            if withOrdinality { write(" WITH ORDINALITY") }
        case .subquery(let query, let isLateral): subquery(isLateral ? "LATERAL " : "", query)
        case .join(let join): self.join(join)
        case .nested(let inner):
            write("(")
            self.table(inner)
            write(")")
        }
        if let alias = table.alias { self.alias(alias) }
        if let sample = table.sample {
            write(" TABLESAMPLE ")
            if let method = sample.method {
                name(method)
                write(" ")
            }
            write("(")
            expression(sample.size)
            write(sample.isPercent ? " PERCENT)" : " ROWS)")
            seed(sample)
        }
    }

    private mutating func alias(_ alias: TableAlias) {
        write(" AS ")
        name(alias.name)
        guard !alias.columns.isEmpty else { return }
        write(" (")
        list(alias.columns) { printer, column in
            printer.name(column.name)
            if let type = column.type {
                printer.write(" ")
                printer.type(type)
            }
        }
        write(")")
    }

    private mutating func join(_ join: Join) {
        table(join.left)
        if case .natural = join.constraint { write(" NATURAL") }
        if join.isAsOf { write(" ASOF") }
        write(join.kind == .inner ? " JOIN " : " \(join.kind.rawValue) JOIN ")
        if case .join = join.right.kind, join.right.alias == nil {
            write("(")
            table(join.right)
            write(")")
        } else {
            table(join.right)
        }
        switch join.constraint {
        case .none, .natural: break
        case .on(let condition): clause("ON", condition)
        case .using(let columns):
            write(" USING ")
            names(columns)
        }
    }
}
