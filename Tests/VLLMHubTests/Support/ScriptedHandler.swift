// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Writes scripted answers to a connection.
final class ScriptedHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let respond: (ScriptedServer.Request) -> ScriptedServer.Reply
    private var request: ScriptedServer.Request?

    /// Creates the handler of a connection.
    init(_ respond: @escaping (ScriptedServer.Request) -> ScriptedServer.Reply) { self.respond = respond }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            request = ScriptedServer.Request(
                method: head.method.rawValue, target: head.uri, headers: head.headers)
        case .body: break
        case .end:
            if let request { write(respond(request), to: request, context) }
            request = nil
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func write(
        _ reply: ScriptedServer.Reply, to request: ScriptedServer.Request, _ context: ChannelHandlerContext
    ) {
        var head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status))
        for (name, value) in reply.headers { head.headers.add(name: name, value: value) }
        if reply.announcesLength, !head.headers.contains(name: "Content-Length") {
            head.headers.add(name: "Content-Length", value: "\(reply.body.count)")
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let body = request.method == "HEAD" ? [] : reply.body
        switch reply.ending {
        case .whole:
            write(body[...], context)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        case .drop(let count):
            write(body.prefix(count), context)
            context.flush()
            context.close(promise: nil)
        case .silence(let count, let then):
            write(body.prefix(count), context)
            context.flush()
            then()
        }
    }

    private func write(_ bytes: ArraySlice<UInt8>, _ context: ChannelHandlerContext) {
        guard !bytes.isEmpty else { return }
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
    }
}
