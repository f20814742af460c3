/// ALTER TABLE of partition fields, the order of rows, branches and tags.

import LodeCore

extension Printer {
    mutating func layoutAction(_ action: AlterTable.Action) {
        switch action {
        case .partitionField(let change): partitionFieldChange(change)
        case .writeOrder(let items):
            write(items.isEmpty ? "WRITE UNORDERED" : "WRITE ORDERED BY ")
            orderItems(items)
        case .reference(let change): referenceChange(change)
        default: break
        }
    }

    private mutating func partitionFieldChange(_ change: AlterTable.PartitionFieldChange) {
        write(change.old == nil ? "ADD" : change.new == nil ? "DROP" : "REPLACE")
        write(" PARTITION FIELD ")
        if let old = change.old { partitionField(old) }
        if change.old != nil, change.new != nil { write(" WITH ") }
        if let new = change.new { partitionField(new) }
        if let name = change.name {
            write(" AS ")
            self.name(name)
        }
    }

    private mutating func referenceChange(_ change: AlterTable.ReferenceChange) {
        if change.verb == .fastForward {
            let names = [change.name, change.target].compactMap { $0 }.map { SQLText($0.text).literal }
            return write("EXECUTE fast_forward(\(names.joined(separator: ", ")))")
        }
        write("\(change.verb.rawValue) \(change.isBranch ? "BRANCH" : "TAG") ")
        if change.isConditional { write(change.verb == .drop ? "IF EXISTS " : "IF NOT EXISTS ") }
        name(change.name)
        if let version = change.version { write(" AS OF VERSION \(version)") }
        if let time = change.retention { write(" RETAIN \(time.number) \(time.unit.rawValue)") }
        if change.snapshotCount == nil, change.snapshotRetention == nil { return }
        write(" WITH SNAPSHOT RETENTION")
        if let count = change.snapshotCount { write(" \(count) SNAPSHOTS") }
        if let time = change.snapshotRetention { write(" \(time.number) \(time.unit.rawValue)") }
    }
}
