/* tanh(x); near zero a polynomial (Cephes), so that small values keep all their digits. */
static float hyperbolic(float x)
{
    const float size = x < 0.0f ? -x : x;
    const float far = 1.0f - 2.0f / (exponential(2.0f * size) + 1.0f);
    const float z = x * x;
    float p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    const float near = p * z * x + x;
    return size < 0.625f ? near : (x < 0.0f ? -far : far);
}
