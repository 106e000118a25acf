using System.ComponentModel.DataAnnotations;

namespace SecStream.Models.Vectors;

/// <summary>Checks options of a detector against their annotations.</summary>
internal static class OptionsCheck
{
    /// <summary>The options, when all of them can be used.</summary>
    /// <exception cref="ArgumentException">Some cannot; the message names all of them.</exception>
    public static T Checked<T>(T options)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(options);
        var errors = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), errors, validateAllProperties: true)
            ? options
            : throw new ArgumentException($"{typeof(T).Name}: {string.Join("; ", errors.Select(e => e.ErrorMessage))}", nameof(options));
    }
}
