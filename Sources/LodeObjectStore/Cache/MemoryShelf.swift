/// Parts of objects that are kept in memory, as many as fit.

/// Which to drop is decided by what it would cost to fetch them again for each byte that they take, and by how long nobody has asked for
/// them: the floor rises with each that is dropped, and whoever is asked for begins anew above it.
/// - Source: Cao and Irani, "Cost-Aware WWW Proxy Caching Algorithms" (GreedyDual-Size), 1997.
struct MemoryShelf: Sendable {
    private struct Part {
        let identity: ObjectIdentity
        let offset: Int
        let bytes: [UInt8]
        let costPerByte: Double
        var worth: Double
        var end: Int { offset + bytes.count }
    }

    /// In bytes.
    var limit: Int {
        didSet { trim() }
    }
    private(set) var bytes = 0
    private var parts: [Int: Part] = [:]
    private var nextNumber = 0
    /// The numbers of an object's parts, by offset.
    private var objects: [ObjectIdentity: [Int]] = [:]
    /// The least worth is first; what was asked for since it was entered is entered again when its turn comes.
    private var heap = WorthHeap()
    private var floor = 0.0

    init(limit: Int) { self.limit = limit }

    /// The part that holds a byte, and reaches furthest; asked for, and so worth keeping.
    mutating func part(of identity: ObjectIdentity, at offset: Int) -> (offset: Int, bytes: [UInt8])? {
        guard let number = number(identity, offset), let part = parts[number] else { return nil }
        parts[number]?.worth = floor + part.costPerByte
        return (part.offset, part.bytes)
    }

    private func number(_ identity: ObjectIdentity, _ offset: Int) -> Int? {
        var best: (number: Int, end: Int)?
        for number in objects[identity] ?? [] {
            guard let part = parts[number] else { continue }
            if part.offset > offset { break }
            if part.end > offset, part.end > best?.end ?? 0 { best = (number, part.end) }
        }
        return best?.number
    }

    /// Which bytes of an object are here, in the order of their offsets.
    func ranges(of identity: ObjectIdentity) -> [Range<Int>] {
        (objects[identity] ?? []).compactMap { parts[$0].map { $0.offset..<$0.end } }
    }

    /// - Parameter cost: of fetching it again, in nanoseconds.
    mutating func add(_ identity: ObjectIdentity, offset: Int, _ bytes: [UInt8], cost: Double) {
        // One that would push out most others is not worth it.
        guard !bytes.isEmpty, bytes.count <= limit / 2 else { return }
        let end = offset + bytes.count
        var numbers = objects[identity] ?? []
        for number in numbers {
            if let part = parts[number], part.offset <= offset, part.end >= end { return }
        }
        for number in numbers {
            guard let part = parts[number], part.offset >= offset, part.end <= end else { continue }
            self.bytes -= part.bytes.count
            parts[number] = nil
            numbers.removeAll { $0 == number }
        }
        nextNumber += 1
        let costPerByte = cost / Double(bytes.count), worth = floor + costPerByte
        parts[nextNumber] = Part(identity: identity, offset: offset, bytes: bytes, costPerByte: costPerByte, worth: worth)
        numbers.insert(nextNumber, at: numbers.firstIndex { parts[$0].map { $0.offset > offset } ?? false } ?? numbers.count)
        objects[identity] = numbers
        self.bytes += bytes.count
        heap.push(worth, nextNumber)
        trim()
    }

    private mutating func trim() {
        while bytes > limit, let (worth, number) = heap.pop() {
            guard let part = parts[number] else { continue }
            if part.worth > worth {
                heap.push(part.worth, number)
                continue
            }
            floor = max(floor, worth)
            bytes -= part.bytes.count
            parts[number] = nil
            objects[part.identity]?.removeAll { $0 == number }
            if objects[part.identity]?.isEmpty ?? false { objects[part.identity] = nil }
        }
    }
}

/// Numbers by their worth, the least first.
struct WorthHeap: Sendable {
    private var items: [(worth: Double, number: Int)] = []

    mutating func push(_ worth: Double, _ number: Int) {
        items.append((worth, number))
        var place = items.count - 1
        while place > 0, items[(place - 1) / 2].worth > items[place].worth {
            items.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func pop() -> (worth: Double, number: Int)? {
        guard let first = items.first else { return nil }
        let last = items.removeLast()
        guard !items.isEmpty else { return first }
        items[0] = last
        var place = 0
        while true {
            var least = place
            for child in [place * 2 + 1, place * 2 + 2] where child < items.count && items[child].worth < items[least].worth {
                least = child
            }
            if least == place { return first }
            items.swapAt(place, least)
            place = least
        }
    }
}
