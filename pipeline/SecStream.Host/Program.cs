using SecStream.Host.Cli;

// Without arguments: the service, over the usual logs of this machine.
return await CommandTree.RunAsync(args.Length == 0 ? ["serve"] : args).ConfigureAwait(false);
