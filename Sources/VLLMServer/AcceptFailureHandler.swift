// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore

/// Lets a listening socket rest where the system has no descriptor for another connection, which otherwise would be
/// tried again and again without a pause.
final class AcceptFailureHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let rest = TimeAmount.milliseconds(200)

    private let logger: Logger
    private var isResting = false

    init(logger: Logger) { self.logger = logger }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isResting else { return }
        isResting = true
        logger.warning("A connection could not be accepted: \(error)")
        let channel = context.channel
        _ = channel.setOption(ChannelOptions.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.rest) { [self] in
            isResting = false
            _ = channel.setOption(ChannelOptions.autoRead, value: true)
        }
    }
}
