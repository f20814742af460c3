/// The memory of the dynamic program over join orders.

/// What is known of every set of a component's relations. Sets are bits over positions in the component.
struct JoinTableau {
    /// The same sets as bits over the region's relations.
    var sets: [RelationSet]
    /// The relations that share a condition with some of the set, and those that share a key.
    var near: [Int]
    var nearByKey: [Int]
    /// Zero until a way to make the set is found.
    var rows: [Double]
    var cost: [Double]
    /// One part of the cheapest way to put the set together.
    var split: [Int]
    /// Whether the set is a single relation that can only be attached to others.
    var isAttached: [Bool]

    init(_ count: Int) {
        let size = 1 << count
        sets = Array(repeating: RelationSet(), count: size)
        near = Array(repeating: 0, count: size)
        nearByKey = near
        split = near
        rows = Array(repeating: 0, count: size)
        cost = Array(repeating: .infinity, count: size)
        isAttached = Array(repeating: false, count: size)
    }

    /// Fills in what a set has from two parts of it.
    mutating func unite(_ one: Int, _ two: Int) {
        let set = one | two
        sets[set] = sets[one].union(sets[two])
        near[set] = near[one] | near[two]
        nearByKey[set] = nearByKey[one] | nearByKey[two]
    }
}
