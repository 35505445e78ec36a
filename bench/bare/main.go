// Command bare does nothing: what it costs, no static Go program can avoid.
package main

func main() {}
