/// Manifests that are put together, so that many small commits do not make many small manifests.

import LodeCore
import LodeVectors

/// Decides which manifests of data files become one.
/// - Source: Iceberg's table properties `commit.manifest-merge.enabled`, `commit.manifest.min-count-to-merge` and
///   `commit.manifest.target-size-bytes`; Iceberg's Java library, `ManifestMergeManager`.
struct IcebergManifestMerge {
    private let isEnabled: Bool
    private let minCount: Int
    private let targetBytes: Int64

    /// - Parameter isAsked: whether a statement wants them put together, few as they may be.
    init(_ properties: [String: String], isAsked: Bool = false) {
        isEnabled = isAsked || properties["commit.manifest-merge.enabled"]?.lowercased() != "false"
        minCount = isAsked ? 2 : max(2, properties["commit.manifest.min-count-to-merge"].flatMap { Int($0) } ?? 100)
        // So that the sum of two sizes below it is a number.
        targetBytes = min(1 << 40, max(1, properties["commit.manifest.target-size-bytes"].flatMap { Int64($0) } ?? 8 << 20))
    }

    /// Places of manifests that become one, for each new one.
    /// - Parameter manifests: of data files, with the spec and the size of each.
    func groups(_ manifests: [(specID: Int, bytes: Int64)]) -> [[Int]] {
        guard isEnabled else { return [] }
        var groups: [[Int]] = []
        for specID in Set(manifests.map(\.specID)).sorted() {
            // Sizes are what lists say: a wrong one is nobody's reason to read the manifest.
            let small = manifests.indices.filter { manifests[$0].specID == specID && (0..<targetBytes).contains(manifests[$0].bytes) }
            guard small.count >= minCount else { continue }
            var group: [Int] = [], bytes: Int64 = 0
            for place in small {
                let own = manifests[place].bytes
                if bytes + own > targetBytes, !group.isEmpty {
                    groups.append(group)
                    (group, bytes) = ([], 0)
                }
                group.append(place)
                bytes += own
            }
            groups.append(group)
        }
        return groups.filter { $0.count > 1 }
    }

    /// What lists say of the partitions of several manifests; nothing if of one of them nothing is said.
    /// - Parameter types: of the values of the spec's fields.
    static func united(_ summaries: [AvroTree], _ types: [IcebergType?]) -> AvroTree {
        var result: [[AvroTree]]?
        for summary in summaries {
            let fields: [[AvroTree]] = summary.items.map { item in
                guard case .record(let parts) = item else { return [] }
                return parts
            }
            guard fields.count == types.count, fields.allSatisfy({ $0.count == 4 }) else { return .null }
            guard let earlier = result else {
                result = fields
                continue
            }
            var both: [[AvroTree]] = []
            for (place, type) in types.enumerated() { both.append(united(earlier[place], fields[place], type)) }
            result = both
        }
        guard let result else { return .null }
        return .list(result.map { .record($0) })
    }

    private static func united(_ left: [AvroTree], _ right: [AvroTree], _ type: IcebergType?) -> [AvroTree] {
        func flag(_ place: Int) -> AvroTree {
            if left[place] == .boolean(true) || right[place] == .boolean(true) { return .boolean(true) }
            return left[place] == .null ? right[place] : left[place]
        }
        func bound(_ place: Int, _ sign: Int) -> AvroTree {
            guard let a = left[place].bytes, let b = right[place].bytes else { return left[place] == .null ? right[place] : left[place] }
            guard let type, let first = type.bound(a[...]), let second = type.bound(b[...]), let order = Value.compare(first, second) else {
                return .null
            }
            return order * sign <= 0 ? left[place] : right[place]
        }
        return [flag(0), flag(1), bound(2, 1), bound(3, -1)]
    }
}
