"""Our subset of the Talos protocol and the modules that protoc makes of it.

    python -m grpc_tools.protoc -I. --python_out=. --pyi_out=. talosapi/proto/*.proto

Method stubs are not generated: the client names its methods by string.
"""
