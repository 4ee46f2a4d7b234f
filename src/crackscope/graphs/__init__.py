"""ONNX graph editing: names, parts that run in blocks, cells, the head, the decoder, int8."""
