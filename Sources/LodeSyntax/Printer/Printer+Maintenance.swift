/// The care of tables.
import LodeCore

extension Printer {
    mutating func maintenanceStatement(_ statement: MaintenanceStatement) {
        switch statement {
        case .optimize(let optimize): self.optimize(optimize)
        case .vacuum(let vacuum): self.vacuum(vacuum)
        case .restore(let restore):
            command("RESTORE TABLE", restore.table)
            write(" TO \(restore.time.unit.rawValue) AS OF ")
            expression(restore.time.value)
        case .convert(let convert): self.convert(convert)
        case .undrop(let name): command("UNDROP TABLE", name)
        case .rewriteManifests(let name):
            command("ALTER TABLE", name)
            write(" EXECUTE optimize_manifests")
        case .execute(let execute):
            command("ALTER TABLE", execute.table)
            write(" EXECUTE ")
            call(execute.call)
            clause("WHERE", execute.where)
        }
    }

    private mutating func convert(_ convert: Convert) {
        write("CONVERT TO ")
        name(convert.format)
        write(" ")
        switch convert.source {
        case .name(let name): self.name(name)
        case .folder(let path, _): string(path)
        }
        if !convert.collectsStatistics { write(" NO STATISTICS") }
        if convert.partitionedBy.isEmpty { return }
        write(" PARTITIONED BY (")
        list(convert.partitionedBy) { $0.partitionField($1) }
        write(")")
    }

    private mutating func optimize(_ optimize: Optimize) {
        command("OPTIMIZE", optimize.table)
        if optimize.isFull { write(" FULL") }
        clause("WHERE", optimize.where)
        switch optimize.order {
        case .none: break
        case .zorder(let columns):
            write(" ZORDER BY ")
            names(columns)
        case .hilbert(let columns):
            write(" HILBERT BY ")
            names(columns)
        case .sorted(let items):
            write(" ORDER BY ")
            orderItems(items)
        }
    }

    private mutating func vacuum(_ vacuum: Vacuum) {
        write("VACUUM")
        if let table = vacuum.table {
            write(" ")
            name(table)
        }
        if let retention = vacuum.retention { write(" RETAIN \(retention / Vacuum.hour) HOURS") }
        if vacuum.isDryRun { write(" DRY RUN") }
    }
}
