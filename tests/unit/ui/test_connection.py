import socket

from cnn_builder.ui.shared.connection import without_delay


def delays(connection: socket.socket) -> bool:
    return not connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_open_and_later_connections_send_at_once() -> None:
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        listener.listen()
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as early:
            assert delays(early)
            assert without_delay() >= 2
            assert not delays(early)
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as later:
            assert not delays(later)
