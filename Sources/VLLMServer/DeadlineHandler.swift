// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import NIOHTTP1

/// Closes a connection whose client takes too long: to send the head of a request, to send its body, or to read what
/// it was answered.
///
/// Each limit counts from the beginning, so that a client that sends a byte now and then gets no more time than one
/// that sends none. What the server itself takes for its answer is not limited.
package final class DeadlineHandler: ChannelDuplexHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    /// What a client gets.
    package struct Limits: Sendable {
        /// From the connection's beginning, or the last answer's end, to the end of the next head.
        package var head: TimeAmount
        /// From the end of a head to the end of its body.
        package var body: TimeAmount
        /// With more unread than the socket's buffer holds.
        package var unread: TimeAmount

        package init(head: TimeAmount, body: TimeAmount, unread: TimeAmount) {
            self.head = head
            self.body = body
            self.unread = unread
        }
    }

    private let limits: Limits
    /// Heads that were read and whose answers are not written.
    private var numUnanswered = 0
    private var receiving: Scheduled<Void>?
    private var reading: Scheduled<Void>?

    package init(_ limits: Limits) { self.limits = limits }

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { receiving = close(context, in: limits.head) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        receiving = close(context, in: limits.head)
        context.fireChannelActive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            numUnanswered += 1
            receiving?.cancel()
            receiving = close(context, in: limits.body)
        case .body: break
        case .end:
            receiving?.cancel()
            // The answer may be done before the body is.
            receiving = numUnanswered == 0 ? close(context, in: limits.head) : nil
        }
        context.fireChannelRead(data)
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            numUnanswered -= 1
            if numUnanswered == 0, receiving == nil { receiving = close(context, in: limits.head) }
        }
        context.write(data, promise: promise)
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        reading?.cancel()
        reading = context.channel.isWritable ? nil : close(context, in: limits.unread)
        context.fireChannelWritabilityChanged()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    package func handlerRemoved(context _: ChannelHandlerContext) { stop() }

    private func stop() {
        receiving?.cancel()
        reading?.cancel()
        (receiving, reading) = (nil, nil)
    }

    private func close(_ context: ChannelHandlerContext, in time: TimeAmount) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: time) { channel.close(mode: .all, promise: nil) }
    }
}

@available(*, unavailable)
extension DeadlineHandler: Sendable {}

extension DeadlineHandler.Limits {
    init(_ configuration: ServerConfiguration) {
        self.init(
            head: TimeAmount(configuration.keepAliveTimeout),
            body: TimeAmount(configuration.requestBodyTimeout),
            unread: TimeAmount(configuration.unreadTimeout))
    }
}
