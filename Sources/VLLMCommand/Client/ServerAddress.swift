// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The address of a server, found once for many connections.
package struct ServerAddress: Sendable {
    let family: Int32
    /// The bytes of the socket address.
    private let bytes: [UInt8]

    /// Finds the first of a host's addresses that takes a connection.
    package init(of url: ServerURL) throws(ClientError) {
        let (address, descriptor) = try Self.connect(to: url)
        close(descriptor)
        self = address
    }

    private init(family: Int32, bytes: [UInt8]) {
        self.family = family
        self.bytes = bytes
    }

    /// Connects to the first of a host's addresses that answers; the socket is the caller's to close.
    static func connect(to url: ServerURL) throws(ClientError) -> (address: ServerAddress, descriptor: Int32)
    {
        var failure: Int32 = 0
        for address in try all(of: url) {
            let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            if descriptor >= 0 {
                if address.connect(descriptor) == 0 { return (address, descriptor) }
                failure = errno
                close(descriptor)
            } else {
                failure = errno
            }
        }
        throw ClientError("no connection to \(url.authority): \(text(failure)).")
    }

    /// Connects a socket; the result is that of the system call.
    func connect(_ descriptor: Int32) -> Int32 {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return -1 }
            return unsafe Glibc.connect(
                descriptor, base.assumingMemoryBound(to: sockaddr.self), socklen_t(buffer.count))
        }
    }

    /// The system's words for an error.
    static func text(_ code: Int32) -> String {
        unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }

    private static func all(of url: ServerURL) throws(ClientError) -> [ServerAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(url.host, "\(url.port)", &hints, &list)
        guard code == 0 else {
            let reason = unsafe gai_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
            throw ClientError("the host '\(url.host)' is not known: \(reason).")
        }
        defer { unsafe freeaddrinfo(list) }
        var result: [ServerAddress] = []
        var entry = unsafe list
        while let info = unsafe entry {
            if let address = unsafe info.pointee.ai_addr {
                let raw = unsafe UnsafeRawBufferPointer(start: address, count: Int(info.pointee.ai_addrlen))
                unsafe result.append(ServerAddress(family: info.pointee.ai_family, bytes: Array(raw)))
            }
            unsafe entry = info.pointee.ai_next
        }
        return result
    }
}
