/// Access keys, as servers look them up.

import LodeCatalog
import LodeCloud
import LodeCore

extension Engine {
    /// - Throws: `0A000` for a catalog that keeps none.
    func keyStorage() throws(SQLError) -> AccessKeyStorage {
        guard let keys = (catalog as? EmbeddedCatalog)?.accessKeys else { throw SQLError.unsupported("access keys of this catalog") }
        return keys
    }

    /// The key of that name, if its role may log in; nil if nobody has it.
    package func accessKey(_ id: String) throws(SQLError) -> AccessKey? {
        guard let key = try keyStorage().key(id), try loginRole(key.role)?.canLogin == true else { return nil }
        return key
    }

    package func hasAccessKeys() throws(SQLError) -> Bool { try !keyStorage().all().isEmpty }
}
