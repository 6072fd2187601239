// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// An attempt's error: one to report, or one that the next attempt may not meet.
enum TransferError: Error, Sendable {
    /// Another attempt would end the same way.
    case final(HubError)
    /// Worth another attempt, after the time that the server asked for.
    case temporary(HubError, retryAfter: Duration? = nil)

    /// The error itself.
    var reason: HubError {
        switch self {
        case .final(let error), .temporary(let error, _): error
        }
    }

    /// Says what an error of the layers below means.
    init(_ error: any Error, url: HubURL) {
        switch error {
        case let error as TransferError: self = error
        case let error as HubError: self = .final(error)
        case is CancellationError: self = .final(.cancelled)
        case is NIOTooManyBytesError:
            self = .final(HubError(.response, "\(url) answers more than an answer of its kind can have."))
        case let error as HTTPClientError where error == .cancelled && Task.isCancelled:
            self = .final(.cancelled)
        default:
            let text = Self.text(of: error)
            guard !text.contains("CERTIFICATE_VERIFY_FAILED"), !(error is NIOSSLExtraError) else {
                self = .final(
                    HubError(
                        .network,
                        "\(url): the certificate of the host is not trusted; SSL_CERT_FILE names a file of those to trust."
                    ))
                return
            }
            self = .temporary(HubError(.network, "\(url): \(text)."))
        }
    }

    private static func text(of error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            return error.connectionErrors.first.map { text(of: $0.error) } ?? "the host has no address"
        case let error as IOError:
            let text = unsafe strerror(error.errnoCode).map { unsafe String(cString: $0) }
            return "the connection failed (\(text ?? "error \(error.errnoCode)"))"
        case let error as HTTPClientError: return "the connection failed (\(error.shortDescription))"
        default: return "the connection failed (\(String(describing: error).prefix(200)))"
        }
    }
}
