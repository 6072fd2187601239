// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import Synchronization

/// An address that is bound but not listened on yet, so that a server can find its port taken before it loads a model,
/// and clients are refused until it is ready.
public final class PortReservation: Sendable {
    /// The port; never 0.
    public let port: Int
    /// The address as it was asked for.
    public let host: String
    private let descriptor: Mutex<CInt?>

    /// Binds a port.
    ///
    /// - Parameters:
    ///   - host: a name or an address; nil is all IPv4 addresses.
    ///   - port: 0 lets the system choose.
    public init(host: String?, port: Int) throws(ServerError) {
        self.host = host ?? "0.0.0.0"
        guard (0...65535).contains(port) else {
            throw ServerError(.address, "The port must be in 0…65535, is \(port).")
        }
        let address = try Self.resolve(self.host, port)
        let socket = try Self.bind(address, name: "\(self.host):\(port)")
        descriptor = Mutex(socket)
        do {
            self.port = try Self.port(of: socket)
        } catch {
            Glibc.close(socket)
            throw error
        }
    }

    deinit {
        if let socket = descriptor.withLock({ $0 }) { Glibc.close(socket) }
    }

    /// Starts to listen and hands the socket over; whoever takes it closes it. Works once.
    func listen(backlog: Int) throws(ServerError) -> CInt {
        guard let socket = descriptor.withLock({ $0 }) else {
            throw ServerError(.address, "The port \(port) has been handed over already.")
        }
        guard Glibc.listen(socket, CInt(clamping: backlog)) == 0 else {
            throw Self.error("listen on", "\(host):\(port)", errno)
        }
        descriptor.withLock { $0 = nil }
        return socket
    }

    private static func resolve(_ host: String, _ port: Int) throws(ServerError) -> SocketAddress {
        do {
            return try SocketAddress.makeAddressResolvingHost(host, port: port)
        } catch {
            throw ServerError(.address, "The host \(host) has no address.")
        }
    }

    /// Binds a socket that others may not share; addresses in TIME_WAIT may be taken over.
    private static func bind(_ address: SocketAddress, name: String) throws(ServerError) -> CInt {
        let family = CInt(address.protocol.rawValue)
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        let socket = Glibc.socket(family, type, 0)
        guard socket >= 0 else { throw error("open a socket for", name, errno) }
        var yes: CInt = 1
        unsafe setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        let code = unsafe address.withSockAddr { pointer, size in
            unsafe Glibc.bind(socket, pointer, socklen_t(size)) == 0 ? 0 : errno
        }
        guard code == 0 else {
            Glibc.close(socket)
            throw error("bind", name, code)
        }
        return socket
    }

    private static func port(of socket: CInt) throws(ServerError) -> Int {
        var bytes = [UInt8](repeating: 0, count: 128)
        var size = socklen_t(bytes.count)
        let code = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe getsockname(socket, buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self), &size)
        }
        guard code == 0 else { throw error("name", "the socket", errno) }
        // Behind the family's two bytes, in network order, in IPv4's and IPv6's addresses alike.
        return Int(bytes[2]) << 8 | Int(bytes[3])
    }

    private static func error(_ verb: String, _ name: String, _ code: CInt) -> ServerError {
        if code == EADDRINUSE {
            return ServerError(
                .address,
                "The address \(name) is in use: another server listens there; choose another --port.")
        }
        return ServerError(.address, "Cannot \(verb) \(name): \(unsafe String(cString: strerror(code))).")
    }
}
