// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand

@Suite("RandomWorkload")
struct RandomWorkloadTests {
    /// The token ids of requests.
    private func tokens(_ workload: RandomWorkload, count: Int, seed: UInt64) throws -> [[Int32]] {
        var generator = SeededGenerator(seed: seed)
        return try workload.requests(count: count, tokenizer: nil, using: &generator).map { request in
            guard case .tokens(let ids) = request.prompt else { return [] }
            #expect(ids.count == request.promptTokens && request.outputTokens >= 1)
            return ids
        }
    }

    @Test("without a range every prompt has its length, and a seed gives the same again")
    func lengths() throws {
        var workload = RandomWorkload()
        (workload.inputLength, workload.prefixLength) = (20, 5)
        let prompts = try tokens(workload, count: 30, seed: 1)
        #expect(prompts.allSatisfy { $0.count == 25 && $0.allSatisfy { (100..<1000).contains($0) } })
        #expect(Set(prompts.map { Array($0.prefix(5)) }).count == 1 && Set(prompts).count == 30)
        #expect(try tokens(workload, count: 30, seed: 1) == prompts)
        #expect(try tokens(workload, count: 30, seed: 2) != prompts)
    }

    @Test("a range reaches from the mean to both sides, ends included")
    func range() throws {
        var workload = RandomWorkload()
        (workload.inputLength, workload.rangeRatio) = (10, 0.25)
        // floor(7.5) to ceil(12.5), as vLLM.
        let lengths = Set(try tokens(workload, count: 1000, seed: 0).map(\.count))
        #expect(lengths == Set(7...13))
    }

    @Test(
        "sizes that cannot be are refused",
        arguments: [
            (0, 0, 0.0, 1), (1 << 20, 0, 0, 1000), (-1, 0, 0, 1), (5, -1, 0, 1), (5, 0, 1, 1),
            (5, 0, .nan, 1),
            (Int.max, 0, 0, 1),
        ])
    func refusals(input: Int, prefix: Int, ratio: Double, count: Int) {
        var workload = RandomWorkload()
        (workload.inputLength, workload.prefixLength, workload.rangeRatio) = (input, prefix, ratio)
        #expect(throws: UsageError.self) { try tokens(workload, count: count, seed: 0) }
    }
}

@Suite("FileWorkload")
struct FileWorkloadTests {
    private func files(count: Int = 100, isShuffled: Bool = false, repeats: Bool = false) -> FileWorkload {
        FileWorkload(
            name: "file", counter: TokenCounter(nil),
            size: WorkloadSize(count: count, isShuffled: isShuffled, repeats: repeats))
    }

    private func conversations(_ text: String, count: Int = 100, outputLength: Int? = nil) throws
        -> [ServeRequest]
    {
        var generator = SeededGenerator(seed: 0)
        return try files(count: count).conversations(
            in: Array(text.utf8), outputLength: outputLength, using: &generator)
    }

    private func lines(_ text: String, outputLength: Int? = nil, repeats: Bool = false, count: Int = 100)
        throws
        -> [ServeRequest]
    {
        var generator = SeededGenerator(seed: 0)
        return try files(count: count, repeats: repeats).lines(
            in: Array(text.utf8), outputLength: outputLength, using: &generator)
    }

    @Test("a conversation gives its first question and the length of the answer")
    func conversation() throws {
        let text = """
            [{"conversations": [{"from": "human", "value": "0123456789abcdef"},
                                {"from": "gpt", "value": "0123456789abcdef0123"}, {"value": "more"}]},
             {"conversations": [{"value": "0123456789abcdef"}]}, {}, 7,
             {"conversations": [{"value": "short"}, {"value": "0123456789abcdef"}]},
             {"conversations": [{"value": "0123456789abcdef"}, {"value": "short"}]}]
            """
        let request = ServeRequest(prompt: .text("0123456789abcdef"), promptTokens: 4, outputTokens: 5)
        #expect(try conversations(text) == [request])
        // With a length of one's own, short answers do not matter.
        #expect(try conversations(text, outputLength: 3).map(\.outputTokens) == [3, 3])
        #expect(try conversations(text, count: 1, outputLength: 3).count == 1)
    }

    @Test("a line gives a text or ids, and perhaps the length of the output")
    func line() throws {
        let text = """
            {"prompt": "Hello", "output_tokens": 7}\r

            {"prompt": [5, 6, 7]}
            """
        let requests = try lines(text)
        #expect(requests.map(\.prompt) == [.text("Hello"), .tokens([5, 6, 7])])
        #expect(requests.map(\.promptTokens) == [2, 3] && requests.map(\.outputTokens) == [7, 256])
        #expect(try lines(text, outputLength: 9).map(\.outputTokens) == [9, 9])
    }

    @Test(
        "what is no data set is refused",
        arguments: [
            "", "{\"prompt\": 3}", "{\"prompt\": []}", "{\"prompt\": [-1]}", "{\"prompt\": [1.5]}",
            "{nonsense",
            "{\"prompt\": \"a\", \"output_tokens\": 0}", "[]", "{\"prompt\": \"a\"}\n{}",
        ])
    func refusals(text: String) {
        #expect(throws: UsageError.self) { try lines(text) }
        #expect(throws: UsageError.self) { try conversations(text) }
    }

    @Test("-1 insists on each line's own length")
    func own() {
        #expect(throws: UsageError.self) { try lines("{\"prompt\": \"a\"}", outputLength: -1) }
    }

    @Test("a file that is too small comes again unless that is not wanted")
    func oversampling() throws {
        let text = "{\"prompt\": \"a\"}\n{\"prompt\": \"b\"}"
        #expect(try lines(text, count: 5).count == 2)
        let requests = try lines(text, repeats: true, count: 5)
        #expect(requests.count == 5 && Set(requests).count == 2)
    }

    @Test("a seed gives the same order again")
    func shuffling() throws {
        let text = (0..<50).map { "{\"prompt\": \"\($0)\"}" }.joined(separator: "\n")
        func order(_ seed: UInt64) throws -> [ServePrompt] {
            var generator = SeededGenerator(seed: seed)
            return try files(isShuffled: true).lines(
                in: Array(text.utf8), outputLength: nil, using: &generator
            )
            .map(\.prompt)
        }
        let inOrder = try lines(text).map(\.prompt)
        #expect(try order(1) == order(1) && order(1) != order(2) && order(1) != inOrder)
        #expect(try Set(order(1)) == Set(inOrder))
    }
}
