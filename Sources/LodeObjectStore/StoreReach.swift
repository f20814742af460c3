/// How far one sees in a store.

/// What listing costs, which decides how patterns are expanded.
package enum StoreReach: Sendable {
    /// A folder at a time, each at little cost: files of this machine.
    case folders
    /// A thousand names a request, by what they begin with, whatever folders they are in: object stores.
    case prefixes
    /// Only what is named: web servers.
    case names
}
