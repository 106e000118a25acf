using System.Text;
using SecStream.Core.Events; using SecStream.Core.Fields; using SecStream.Stages.Json;
var c = new FieldCatalog(); var ps = new JsonFieldParser(new JsonFieldMap(c)); var r = new EventRecord(c.Count);
foreach (var s in new[]{ "{}", "{\"x\":1}", "{\"x\":1e-999}", "{\"x\":true}", "{\"x\":\"a\"}", "{\"x\":\"a\",\"y\":\"b\"}","{\"x\":{}}", "{\"source\":{\"ip\":\"1\"}}", "{\"user\":1,\"x\":true,\"ip\":1e3}","{\"x\":\"\\u00e9\",\"y\":1}" })
  for (int k=0;k<2;k++) { var b = Encoding.UTF8.GetBytes(s); r.Reset(b,0,b.Length); Console.WriteLine(s+" "+ps.Parse(r)); }
