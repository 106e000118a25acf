# Which packages the registry holds: "full" (all of them) or "local" (the part that every registry seen so far has). Probed once.

setup_profile() {
  case ${SECSTREAM_PROFILE:-} in
    full|local) package_profile=$SECSTREAM_PROFILE; export PackageProfile=$package_profile; return ;;
    '') ;;
    *) fail "SECSTREAM_PROFILE is '$SECSTREAM_PROFILE'; write full or local" ;;
  esac
  if [ -f "$setup_dir/profile" ]; then
    package_profile=$(cat "$setup_dir/profile")
  else
    probe_profile
  fi
  export PackageProfile=$package_profile
}

probe_profile() {
  local probe=$setup_dir/probe log=$setup_dir/probe.log
  say "looking which packages the NuGet registry holds (once)"
  mkdir -p "$probe"
  # The probe must not see the solution's own settings.
  printf '<Project />\n' | tee "$probe/Directory.Build.props" "$probe/Directory.Build.targets" >"$probe/Directory.Packages.props"
  cat >"$probe/Probe.csproj" <<'P'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.ML" Version="*" />
    <PackageReference Include="Microsoft.ML.TimeSeries" Version="*" />
    <PackageReference Include="Elastic.Clients.Elasticsearch" Version="*" />
    <PackageReference Include="Confluent.Kafka" Version="2.15.1" />
  </ItemGroup>
</Project>
P
  if "$dotnet_command" restore "$probe/Probe.csproj" -v q >"$log" 2>&1 </dev/null 9>&-; then
    package_profile=full
  else
    package_profile=local
    # Only "no such package" is an answer; a network that is down today may hold everything tomorrow.
    if ! grep -Eq 'NU110[123]' "$log"; then
      say "the registry did not answer ($log); going on with the package profile local, to be probed again"
      return
    fi
  fi
  printf '%s\n' "$package_profile" >"$setup_dir/profile"
  say "package profile: $package_profile"
}
