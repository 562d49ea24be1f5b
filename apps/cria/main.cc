// The front door. One file per subcommand beside this one.
int main() { return 0; }
