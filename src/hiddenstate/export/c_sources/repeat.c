static void repeat(const float *x, size_t count, size_t size, size_t times, float *y)
{
    for (size_t k = 0; k < count; k++) {
        for (size_t n = 0; n < times; n++) {
            memcpy(y + (k * times + n) * size, x + k * size, size * sizeof *y);
        }
    }
}
