// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing
import VLLMServer

@Suite struct DeadlineHandlerTests {
    private static let limits = DeadlineHandler.Limits(
        head: .seconds(75), body: .seconds(20), unread: .seconds(10))

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: DeadlineHandler(Self.limits))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private let head = HTTPServerRequestPart.head(.init(version: .http1_1, method: .POST, uri: "/"))
    private let chunk = HTTPServerRequestPart.body(ByteBuffer(string: "x"))

    private func answer(_ channel: EmbeddedChannel) throws {
        try channel.writeOutbound(HTTPServerResponsePart.head(.init(version: .http1_1, status: .ok)))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
    }

    @Test("a connection without a head is closed when its time is over, and not before")
    func headDeadline() throws {
        let channel = try channel()
        channel.embeddedEventLoop.advanceTime(by: .seconds(74))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("bytes of a body now and then give no more time than none")
    func body() throws {
        let channel = try channel()
        try channel.writeInbound(head)
        for _ in 0..<9 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(2))
            try channel.writeInbound(chunk)
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }

    @Test("an answer may take as long as it takes, and the next head has its time from the answer's end")
    func answers() throws {
        let channel = try channel()
        for _ in 0..<3 {
            try channel.writeInbound(head)
            try channel.writeInbound(HTTPServerRequestPart.end(nil))
            channel.embeddedEventLoop.advanceTime(by: .hours(5))
            #expect(channel.isActive)
            try answer(channel)
            channel.embeddedEventLoop.advanceTime(by: .seconds(70))
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(5))
        #expect(!channel.isActive)
    }

    @Test("an answer that came before the body's end leaves the body its limit, and the next head its own")
    func earlyAnswer() throws {
        let channel = try channel()
        try channel.writeInbound(head)
        try answer(channel)
        channel.embeddedEventLoop.advanceTime(by: .seconds(19))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        channel.embeddedEventLoop.advanceTime(by: .seconds(74))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("a client that reads nothing is let go, one that reads in time is not")
    func unread() throws {
        let channel = try channel()
        try channel.writeInbound(head)
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        for isWritable in [false, true, false] {
            channel.isWritable = isWritable
            channel.pipeline.fireChannelWritabilityChanged()
            channel.embeddedEventLoop.advanceTime(by: .seconds(9))
            #expect(channel.isActive)
        }
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }
}
