"""ONNX graph editing, before a bundle is written: partition, cells, the head, the decoder, int8."""
