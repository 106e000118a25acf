using SecStream.Host.Cli;

return await CommandTree.RunAsync(args).ConfigureAwait(false);
