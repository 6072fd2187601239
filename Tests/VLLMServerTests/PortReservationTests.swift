// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMMockEngine
import VLLMServer

@Suite struct PortReservationTests {
    @Test func `port 0 is a port that is free`() throws {
        let reservation = try PortReservation(host: "127.0.0.1", port: 0)
        #expect(reservation.port > 0)
    }

    @Test func `a port that another server listens on is refused in one sentence`() async throws {
        try await LiveServer.run { server in
            let error = #expect(throws: ServerError.self) {
                _ = try PortReservation(host: "127.0.0.1", port: server.port)
            }
            #expect(error?.kind == .address)
            #expect(error?.message.contains("127.0.0.1:\(server.port) is in use") == true)
        }
    }

    @Test(arguments: [-1, 65536])
    func `a number that is no port is refused`(port: Int) {
        #expect(throws: ServerError.self) { _ = try PortReservation(host: nil, port: port) }
    }

    @Test func `a host without an address is refused`() {
        #expect(throws: ServerError.self) { _ = try PortReservation(host: "no such host", port: 0) }
    }

    @Test func `no host means all addresses`() throws {
        let reservation = try PortReservation(host: nil, port: 0)
        #expect(reservation.host == "0.0.0.0")
    }
}
