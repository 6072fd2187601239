// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What determines the keys and values of one full block: the prefix before it, its tokens and the salt.
package struct PrefixKey: ~Escapable {
    /// Names the prefix.
    package let parent: PrefixCache.Content
    /// The block's tokens: `[blockSize]`.
    package let tokenIDs: Span<Int32>
    /// What keeps equal tokens apart; nil for all blocks but the first, which have it through their parent.
    package let salt: String?

    /// Creates a key.
    @_lifetime(copy tokenIDs)
    package init(parent: PrefixCache.Content, tokenIDs: Span<Int32>, salt: String?) {
        self.parent = parent
        self.tokenIDs = tokenIDs
        self.salt = salt
    }

    /// A hash of all three: each step folds the 128-bit product of state and input with an odd constant.
    ///
    /// The construction is that of wyhash (Wang Yi, public domain); equality never rests on it.
    package var hash: UInt64 {
        var state = Self.fold(parent ^ 0x9e37_79b9_7f4a_7c15)
        var index = 0
        while index + 1 < tokenIDs.count {
            let low = UInt64(UInt32(bitPattern: tokenIDs[index]))
            let high = UInt64(UInt32(bitPattern: tokenIDs[index + 1]))
            state = Self.fold(state ^ (high << 32 | low))
            index += 2
        }
        if index < tokenIDs.count { state = Self.fold(state ^ UInt64(UInt32(bitPattern: tokenIDs[index]))) }
        if let salt {
            for byte in salt.utf8 { state = Self.fold(state ^ UInt64(byte)) }
        }
        return state
    }

    private static func fold(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0xa076_1d64_78bd_642f).multipliedFullWidth(by: 0xe703_7ed1_a0b4_28db)
        return product.high ^ product.low
    }
}
