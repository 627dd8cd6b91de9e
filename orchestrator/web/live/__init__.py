"""The live page of a deployment: followed once per process, rendered once per change, sent to everybody who watches."""
