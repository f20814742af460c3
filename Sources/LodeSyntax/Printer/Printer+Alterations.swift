/// ALTER TABLE.
import LodeCore

extension Printer {
    mutating func alterTable(_ table: AlterTable) {
        write("ALTER TABLE \(table.ifExists ? "IF EXISTS " : "")")
        name(table.name)
        write(" ")
        switch table.action {
        case .rename(let newName):
            write("RENAME TO ")
            name(newName)
        case .renameColumn(let old, let newName):
            write("RENAME COLUMN ")
            name(old)
            write(" TO ")
            name(newName)
        case .addColumns(let columns, let ifNotExists) where columns.count == 1:
            write(ifNotExists ? "ADD COLUMN IF NOT EXISTS " : "ADD COLUMN ")
            addedColumn(columns[0])
        case .addColumns(let columns, _):
            write("ADD COLUMNS (")
            list(columns) { $0.addedColumn($1) }
            write(")")
        case .dropColumns, .setType, .moveColumn, .setComment: columnAlteration(table.action)
        case .setNotNull(let column, let isSet):
            write("ALTER COLUMN ")
            name(column)
            write(isSet ? " SET NOT NULL" : " DROP NOT NULL")
        case .setDefault(let column, let value):
            write("ALTER COLUMN ")
            name(column)
            if let value { clause("SET DEFAULT", value) } else { write(" DROP DEFAULT") }
        case .addConstraint(let constraint):
            write("ADD ")
            self.constraint(constraint)
        case .dropConstraint(let constraint, let ifExists):
            write(ifExists ? "DROP CONSTRAINT IF EXISTS " : "DROP CONSTRAINT ")
            name(constraint)
        case .setProperties(let list):
            write("SET TBLPROPERTIES ")
            properties(list)
        case .setLocation(let path): write("SET LOCATION \(SQLText(path).literal)")
        case .unsetProperties, .setSerDeProperties, .setTags, .unsetTags: hiveAlteration(table.action)
        case .replaceColumns, .changeColumn, .clusterBy: hiveAlteration(table.action)
        case .addPartitions(let partitions, let ifNotExists):
            write(ifNotExists ? "ADD IF NOT EXISTS " : "ADD ")
            list(partitions, " ") { $0.partition($1) }
        case .dropPartitions(let partitions, let ifExists):
            write(ifExists ? "DROP IF EXISTS " : "DROP ")
            list(partitions) { $0.partition($1) }
        case .partitionField, .writeOrder, .reference: layoutAction(table.action)
        }
    }

    private mutating func columnAlteration(_ action: AlterTable.Action) {
        switch action {
        case .dropColumns(let columns, let ifExists, let isCascade):
            write("DROP COLUMN\(columns.count > 1 ? "S" : "") \(ifExists ? "IF EXISTS " : "")\(columns.count > 1 ? "(" : "")")
            list(columns) { $0.name($1) }
            write("\(columns.count > 1 ? ")" : "")\(isCascade ? " CASCADE" : "")")
        case .setType(let column, let type, let value):
            write("ALTER COLUMN ")
            name(column)
            write(" TYPE ")
            self.type(type)
            if let value {
                write(" USING ")
                expression(value)
            }
        case .moveColumn(let column, let place):
            write("ALTER COLUMN ")
            name(column)
            self.place(place)
        case .setComment(let column, let text):
            write("ALTER COLUMN ")
            name(column)
            write(" COMMENT \(SQLText(text).literal)")
        default: break
        }
    }

    private mutating func addedColumn(_ added: AlterTable.AddedColumn) {
        for part in added.owner {
            name(part)
            write(".")
        }
        column(added.definition)
        if let place = added.place { self.place(place) }
    }

    private mutating func place(_ place: AlterTable.Place) {
        switch place {
        case .first: write(" FIRST")
        case .after(let other):
            write(" AFTER ")
            name(other)
        }
    }

    private mutating func hiveAlteration(_ action: AlterTable.Action) {
        switch action {
        case .unsetProperties(let keys, let ifExists): unset("TBLPROPERTIES", keys, ifExists)
        case .unsetTags(let keys, let ifExists): unset("TAGS", keys, ifExists)
        case .setTags(let list):
            write("SET TAGS ")
            properties(list)
        case .setSerDeProperties(let list):
            write("SET SERDEPROPERTIES ")
            properties(list)
        case .replaceColumns(let columns):
            write("REPLACE COLUMNS (")
            list(columns) { $0.column($1) }
            write(")")
        case .changeColumn(let old, let definition, let place):
            write("CHANGE COLUMN ")
            name(old)
            write(" ")
            column(definition)
            if let place { self.place(place) }
        case .clusterBy(let columns):
            write("CLUSTER BY ")
            clusterColumns(columns)
        default: break
        }
    }

    private mutating func unset(_ what: String, _ keys: [Identifier], _ ifExists: Bool) {
        write(ifExists ? "UNSET \(what) IF EXISTS (" : "UNSET \(what) (")
        list(keys) { $0.write(SQLText($1.text).literal) }
        write(")")
    }
}
