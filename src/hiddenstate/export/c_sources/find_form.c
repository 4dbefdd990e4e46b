/* The number of a form in a sorted list (bytes one after the other, where each begins), or -1. */
static int32_t find_form(const unsigned char *text, size_t length, const unsigned char *forms,
                         const uint32_t *begin, const int32_t *numbers, size_t count)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const size_t other = begin[middle + 1] - begin[middle];
        const int order = memcmp(text, forms + begin[middle], length < other ? length : other);
        if (order == 0 && length == other) {
            return numbers[middle];
        }
        if (order > 0 || (order == 0 && length > other)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return -1;
}
