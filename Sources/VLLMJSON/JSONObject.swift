// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The members of a JSON object in the order in which they were first added.
///
/// Setting a key that exists replaces its value in place. Keys are compared by their bytes. Look-up is a
/// scan up to eight members and a hash table above.
public struct JSONObject: Sendable {
    /// One member.
    @usableFromInline
    struct Entry: Sendable {
        @usableFromInline var key: String
        @usableFromInline var value: JSONValue

        @inlinable
        init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// The largest object that has no hash table.
    static let scanLimit = 8

    @usableFromInline var entries: [Entry]
    /// Open addressing with linear probing: position in `entries` plus one, or 0; empty up to `scanLimit`.
    var table: [UInt32]

    /// Creates an object without members.
    public init() {
        entries = []
        table = []
    }

    /// Creates an object from members in order; of equal keys the last value stays, at the first's place.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        self.init(entries: members.map { Entry(key: $0.0, value: $0.1) })
    }

    /// Takes entries that may repeat keys.
    init(entries: [Entry]) {
        self.entries = entries
        table = []
        if entries.count <= Self.scanLimit {
            mergeFew()
        } else {
            rebuildTable()
        }
    }

    /// The number of members.
    public var count: Int { entries.count }

    /// Whether there are no members.
    public var isEmpty: Bool { entries.isEmpty }

    /// The keys in order.
    public var keys: [String] { entries.map(\.key) }

    /// The values in order.
    public var values: [JSONValue] { entries.map(\.value) }

    /// The value of a key; setting nil removes the member, which takes time proportional to the count.
    public subscript(key: String) -> JSONValue? {
        get {
            guard let position = position(of: key) else { return nil }
            return entries[position].value
        }
        set {
            if let newValue {
                update(key, newValue)
            } else {
                remove(key)
            }
        }
    }

    /// The value of a key, or a default if there is no such key.
    public subscript(key: String, default fallback: @autoclosure () -> JSONValue) -> JSONValue {
        get { self[key] ?? fallback() }
        set { self[key] = newValue }
    }

    /// Whether there is a member with this key.
    public func contains(_ key: String) -> Bool {
        position(of: key) != nil
    }

    /// Makes room for a number of members.
    public mutating func reserveCapacity(_ capacity: Int) {
        entries.reserveCapacity(capacity)
    }

    private mutating func update(_ key: String, _ value: JSONValue) {
        if let position = position(of: key) {
            entries[position].value = value
            return
        }
        entries.append(Entry(key: key, value: value))
        if entries.count <= Self.scanLimit { return }
        if entries.count * 2 > table.count {
            rebuildTable()
        } else {
            insertIntoTable(entries.count - 1)
        }
    }

    private mutating func remove(_ key: String) {
        guard let position = position(of: key) else { return }
        entries.remove(at: position)
        if entries.count <= Self.scanLimit {
            table = []
        } else {
            rebuildTable()
        }
    }
}

extension JSONObject: Sequence {
    /// Walks the members in order.
    public struct Iterator: IteratorProtocol {
        @usableFromInline var base: IndexingIterator<[Entry]>

        @inlinable
        init(base: IndexingIterator<[Entry]>) { self.base = base }

        /// The next member, or nil at the end.
        @inlinable
        public mutating func next() -> (key: String, value: JSONValue)? {
            guard let entry = base.next() else { return nil }
            return (entry.key, entry.value)
        }
    }

    /// Walks the members in order.
    @inlinable
    public func makeIterator() -> Iterator { Iterator(base: entries.makeIterator()) }

    /// The number of members.
    public var underestimatedCount: Int { entries.count }
}

extension JSONObject: Hashable {
    /// Whether both have the same members, in any order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.entries.allSatisfy { right[$0.key] == $0.value }
    }

    /// Hashes the members in any order.
    public func hash(into hasher: inout Hasher) {
        var sum: UInt64 = 0
        for entry in entries {
            var member = Hasher()
            member.combine(entry.value)
            sum &+= StringBytes.hash(entry.key) ^ UInt64(truncatingIfNeeded: member.finalize())
        }
        hasher.combine(entries.count)
        hasher.combine(sum)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Creates an object from a literal.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
