/* exp(x) to 2 units in the last place, in a form that compilers turn into vector instructions.
   Polynomial of the Cephes library (S. Moshier). NaN stays NaN. */
static float exponential(float x)
{
    const float low = x > -87.0f ? x : -87.0f;
    const float c = low < 88.0f ? low : 88.0f;
    const float n = (c * 1.44269504089f + 12582912.0f) - 12582912.0f; /* to the nearest whole number */
    const float r = (c - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    const uint32_t bits = (uint32_t)((int32_t)n + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return x != x ? x : p * power;
}
