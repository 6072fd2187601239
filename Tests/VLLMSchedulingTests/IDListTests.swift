// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMTypes

@Suite("IDList")
struct IDListTests {
    @Test("a list is the collection of what was put into it", arguments: 0..<5)
    func collection(count: Int) {
        let ids = (0..<Int32(count)).map { $0 * 3 }
        var appended = IDList()
        for id in ids { appended.append(id) }
        #expect(Array(appended) == ids && appended == IDList(ids))
        #expect(appended.count == count && appended.first == ids.first && appended.last == ids.last)
        #expect(appended.indices.map { appended[$0] } == ids)
        appended.append(contentsOf: [8, 9])
        #expect(Array(appended) == ids + [8, 9])
    }

    @Test("lists differ where their ids do")
    func equality() {
        #expect(IDList(0) != IDList() && IDList(1) == [1] && IDList(1) != [2] && [1, 2] != IDList(1))
    }
}
