/// A Delta table as it becomes by being declared otherwise.

import LodeCore

extension DeltaSnapshot {
    struct Declared {
        var metadata: DeltaMetadata
        var protocolVersion: DeltaProtocol
        /// How the table is clustered from then on; nil where that stays.
        var clustering: DeltaDomain?
    }

    /// What declarations make of the table, one after another.
    /// - Throws: `0A000` naming a type or property that is not there.
    func declared(by declarations: [Redeclaration]) throws(SQLError) -> Declared {
        var declared = Declared(metadata: metadata, protocolVersion: protocolVersion)
        for step in declarations {
            declared.metadata = try DeltaDeclaration.metadata(
                step.declaration, over: declared.metadata, by: step.columnChanges, isRewritten: step.isRewritten)
            declared.protocolVersion = DeltaWriterFeatures.needed(declared.metadata, step.declaration, over: declared.protocolVersion)
        }
        let earlier = domain(DeltaClustering.domain)
        // What takes the place of a clustered table need not be clustered.
        if let last = declarations.last?.declaration, let columns = last.clustering ?? earlier.map({ _ in [] }) {
            let domain = DeltaClustering.write(columns, try DeltaSchema(declared.metadata, declared.protocolVersion))
            if domain != earlier { declared.clustering = domain }
        }
        return declared
    }
}
